"""What roles may do: IAM's evaluation of policies, and its enforcement for whatever functions call.

The evaluation is our own because no kept Python library does it: moto's ignores conditions, and others are
years out of date.
"""
