"""S3: who may read the bucket, and what the key that deploys may do, which is no more than it needs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from caresite.deploy.hosts.files import Brief, Host, HostFile

__all__ = ["HOST"]

_NO_BUCKET = "YOUR-BUCKET"


def _policy(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2) + "\n"


def _files(brief: Brief) -> tuple[HostFile, ...]:
    bucket = f"arn:aws:s3:::{brief.bucket or _NO_BUCKET}"
    readers = {
        "Sid": "EverybodyReadsPages",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"{bucket}/*",
    }
    looks = {"Sid": "LooksWhatIsThere", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket}
    sends = {
        "Sid": "SendsAndRemovesPages",
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        "Resource": f"{bucket}/*",
    }
    return (
        HostFile("deploy/s3/bucket-policy.json", _policy(readers), "lets everybody read the pages", ""),
        HostFile("deploy/s3/deployer-policy.json", _policy(looks, sends), "all that the key which deploys may do", ""),
    )


def _steps(brief: Brief) -> tuple[str, ...]:
    name = brief.bucket or _NO_BUCKET
    told = (
        () if brief.bucket else (f"Put the bucket's name in place of {_NO_BUCKET}, or below `deploy` in the config.",)
    )
    return (
        *told,
        f"aws s3 website s3://{name} --index-document index.html --error-document 404.html",
        f"aws s3api put-bucket-policy --bucket {name} --policy file://deploy/s3/bucket-policy.json",
        "Make a user for deploys, give it deploy/s3/deployer-policy.json, and keep its key in your environment.",
        "S3 has no https of its own and sends no headers of yours: put CloudFront before it.",
        f"Its response headers policy takes what stands below `/*` in {brief.output_dir}/_headers.",
    )


HOST = Host("s3", "a bucket of Amazon S3 or one that speaks like it", _files, _steps)
