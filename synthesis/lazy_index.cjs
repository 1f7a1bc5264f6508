// Turns the index of a prebuilt provider, `exports.s3Bucket = require("./s3-bucket");` two thousand times, into
// getters that require a module on first use. An index that holds anything else is left to node.
'use strict';
const fs = require('node:fs');

const REQUIRE = /^exports\.(\w+) = require\("(\.\/[\w-]+)"\);$/;
const WITHOUT_EFFECT = [
  /^$/,
  /^"use strict";$/,
  /^\/\//,
  /^\/\*\*$|^ \*(?!\/)(?:(?!\*\/).)*$|^ \*\/$/, // the lines of a block comment
  /^(?:exports\.\w+ = )+void 0;$/,
  /^Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);$/,
];

/** The exports that an index's source requires, name to module; undefined when it does anything else. */
function requiredModules(source) {
  const modules = new Map();
  for (const line of source.split(/\r?\n/)) {
    const [, name, module] = REQUIRE.exec(line) ?? [];
    if (name) modules.set(name, module);
    else if (!WITHOUT_EFFECT.some((pattern) => pattern.test(line))) return undefined;
  }
  return modules.size > 0 ? modules : undefined;
}

/** Gives `module` the exports of the index `fileName`; returns whether it could. */
function defineLazyExports(module, fileName) {
  const modules = requiredModules(fs.readFileSync(fileName, 'utf8'));
  if (!modules) return false;
  Object.defineProperty(module.exports, '__esModule', { value: true });
  for (const [name, required] of modules) {
    Object.defineProperty(module.exports, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = module.require(required);
        Object.defineProperty(module.exports, name, { enumerable: true, configurable: true, writable: true, value });
        return value;
      },
    });
  }
  return true;
}

module.exports = { defineLazyExports, requiredModules };
