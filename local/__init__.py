"""The local AWS: moto as control plane, a data path of our own, one process."""
