"""Stacks planned, applied and destroyed: in a real account, or in the same way in the local AWS.

:mod:`.target` says where, :mod:`.selection` which stacks, :mod:`.preflight` whether the credentials are the
right ones, :mod:`.stack` runs cdktf and Terraform. ``python -m tools.deployment.diff``, ``.deploy`` and
``.destroy`` are what ``make`` calls.
"""
