"""Regions of the AWS partition with at least three availability zones open to a new account.

Source: AWS's list of regions and availability zones. ``us-west-1`` is missing on purpose: new accounts see
two of its zones. So are regions whose database certificates are not in ``lambda/database/certificates``: the
functions would refuse to talk to their databases. A region is added with both.
"""

REGIONS = (
    "af-south-1",
    "ap-east-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ca-central-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-2",
)
