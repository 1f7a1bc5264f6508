"""Which action an operation is: the one of its name, but for these."""

from collections.abc import Iterable

from local.permissions.administration.definitions import UnknownActionError, action
from local.permissions.call import Call, UnknownCallError

_OTHERWISE_NAMED: dict[str, dict[str, str]] = {
    # https://docs.aws.amazon.com/cost-management/latest/userguide/billing-permissions-ref.html
    "budgets": {
        "CreateBudget": "ModifyBudget",
        "CreateNotification": "ModifyBudget",
        "CreateSubscriber": "ModifyBudget",
        "DeleteBudget": "ModifyBudget",
        "DeleteNotification": "ModifyBudget",
        "DeleteSubscriber": "ModifyBudget",
        "DescribeBudget": "ViewBudget",
        "DescribeNotificationsForBudget": "ViewBudget",
        "DescribeSubscribersForNotification": "ViewBudget",
        "UpdateBudget": "ModifyBudget",
        "UpdateNotification": "ModifyBudget",
        "UpdateSubscriber": "ModifyBudget",
    },
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    "s3": {
        "DeleteBucketCors": "PutBucketCORS",
        "DeleteBucketEncryption": "PutEncryptionConfiguration",
        "DeleteBucketLifecycle": "PutLifecycleConfiguration",
        "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
        "DeleteBucketTagging": "PutBucketTagging",
        "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
        "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
        "GetBucketEncryption": "GetEncryptionConfiguration",
        "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
        "GetBucketNotificationConfiguration": "GetBucketNotification",
        "GetBucketReplication": "GetReplicationConfiguration",
        "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
        "ListBuckets": "ListAllMyBuckets",
        "PutBucketEncryption": "PutEncryptionConfiguration",
        "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
        "PutBucketNotificationConfiguration": "PutBucketNotification",
        "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    },
}

_ALSO = {
    # The protected resource has a say, too:
    # https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html
    ("wafv2", "AssociateWebACL"): ("apigateway:SetWebACL",),
    ("wafv2", "DisassociateWebACL"): ("apigateway:SetWebACL",),
}


def of(call: Call) -> str:
    """The action of a call's operation, `s3:GetEncryptionConfiguration`.

    Raises:
        UnknownCallError: AWS has none.
    """
    named = _OTHERWISE_NAMED.get(call.service, {}).get(call.operation, call.operation)
    try:
        return action(f"{call.service}:{named}").name
    except UnknownActionError as error:
        raise UnknownCallError(f"the permissions of {call.service}:{call.operation} are not known") from error


def also(call: Call) -> Iterable[str]:
    """What the operation takes beside its own action."""
    return _ALSO.get((call.service, call.operation), ())
