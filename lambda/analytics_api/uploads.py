"""Pre-signed uploads to the raw bucket."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

UPLOAD_SECONDS = 900


class Uploads:
    """Lets clients upload to a bucket by a form that this function signs.

    Form fields that the policy does not name are refused by S3, so nobody can choose another encryption: the
    object gets the bucket's own key.
    """

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def presign(self, key: str, max_bytes: int, now: datetime) -> dict[str, Any]:
        """Return an upload of one object, of a bounded size, for a quarter of an hour."""
        post = self._s3.generate_presigned_post(
            self._bucket,
            key,
            Conditions=[["content-length-range", 1, max_bytes]],
            ExpiresIn=UPLOAD_SECONDS,
        )
        expiry = now + timedelta(seconds=UPLOAD_SECONDS)
        return {
            "url": post["url"],
            "fields": post["fields"],
            "key": key,
            "expires_at": expiry.isoformat(timespec="seconds"),
        }
