// Runs jsii's own kernel program (argument 1), unchanged, with less to do around it:
//
// * in this process; jsii's launcher would start a second node only to pass every message on;
// * modules are compiled from V8's compile cache (argument 2), which needs file names that stay: modules get their
//   real place in jsii's package cache instead of a symbolic link in a new temporary directory;
// * a provider's index requires a resource's module when the resource is used (lazy_index.cjs);
// * tokens don't record where in the kernel they were made: these frames say nothing to a Python user, and no output
//   but an error's text has them;
// * the library that packs zip files, with its hundred modules, is loaded when a file is packed.
'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { Writable } = require('node:stream');
const { defineLazyExports } = require('./lazy_index.cjs');

const loadAsNodeDoes = Module._extensions['.js'];
const [program, compileCache] = process.argv.slice(2);

talkOnStandardStreams();
linkPackagesInPlace();
handleModule(/[\\/]@cdktf[\\/]provider-\w+[\\/](?:[^\\/]+[\\/]){0,2}lib[\\/]index\.js$/, defineLazyExports);
handleModule(/[\\/]cdktf[\\/].*tokens[\\/]private[\\/]stack-trace\.js$/, (module) => {
  module.exports.captureStackTrace = () => [];
  return true;
});
handleModule(/[\\/]cdktf[\\/].*node_modules[\\/]archiver[\\/]index\.js$/, loadOnFirstUse);
if (process.env.JSII_RUNTIME_PACKAGE_CACHE === undefined) Module.enableCompileCache?.(compileCache);
require(program);

/** The program reads and writes messages on descriptor 3; here they are standard input and output.
 *  What modules print goes to standard error, in the form in which jsii's launcher passes it on. */
function talkOnStandardStreams() {
  const { readSync, writeSync } = fs;
  fs.readSync = (descriptor, ...others) => readSync(descriptor === 3 ? 0 : descriptor, ...others);
  fs.writeSync = (descriptor, ...others) => writeSync(descriptor === 3 ? 1 : descriptor, ...others);
  for (const name of ['stdout', 'stderr']) {
    const stream = new Writable({
      write(chunk, _encoding, done) {
        writeSync(2, `${JSON.stringify({ [name]: chunk.toString('base64') })}\n`);
        done();
      },
    });
    Object.defineProperty(process, name, { value: stream });
  }
}

/** The kernel links each package into a new directory. Packages that need one another find each other there. */
function linkPackagesInPlace() {
  process.execArgv.push('--preserve-symlinks'); // makes the kernel link, instead of copying file by file
  const { mkdtempSync } = fs;
  fs.mkdtempSync = (prefix, ...others) => {
    const directory = mkdtempSync(prefix, ...others);
    if (path.basename(prefix) === 'jsii-kernel-') {
      const before = process.env.NODE_PATH;
      process.env.NODE_PATH = [path.join(directory, 'node_modules'), before].filter(Boolean).join(path.delimiter);
      Module._initPaths();
      if (before === undefined) delete process.env.NODE_PATH;
      else process.env.NODE_PATH = before;
    }
    return directory;
  };
}

/** Lets `handler` load the modules whose file name matches; when it returns false, node does. */
function handleModule(fileName, handler) {
  const load = Module._extensions['.js'];
  Module._extensions['.js'] = (module, name) => {
    if (!(fileName.test(name) && handler(module, name))) load(module, name);
  };
}

/** Makes the module of a function load itself when the function is used. */
function loadOnFirstUse(module, name) {
  let loaded;
  const use = () => {
    if (!loaded) {
      loaded = new Module(name, module.parent);
      Object.assign(loaded, { filename: name, paths: module.paths });
      loadAsNodeDoes(loaded, name);
    }
    return loaded.exports;
  };
  module.exports = new Proxy(function () {}, {
    apply: (_target, _this, args) => use()(...args),
    get: (_target, key) => use()[key],
  });
  return true;
}
