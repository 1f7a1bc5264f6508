"""Fast loading of the jsii bindings: `fast_binding.install()` before the first import of `cdktf`."""
