"""Temporary credentials for Redshift from AWS (extra `redshift-aws`)."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse_sync.errors import ConfigError, WarehouseError


class Iam(BaseModel):
    """Where temporary credentials come from: exactly one of `cluster` and `workgroup`.

    A cluster gives them for `warehouse.user`, or without one for the AWS identity itself; a workgroup always for that.
    """

    model_config = ConfigDict(extra="forbid")

    cluster: str | None = Field(None, description="Identifier of a provisioned cluster.")
    workgroup: str | None = Field(None, description="Name of a serverless workgroup.")
    region: str | None = Field(None, description="AWS region; without it the one of the AWS configuration.")
    profile: str | None = Field(None, description="Profile of the AWS configuration.")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.cluster is None) == (self.workgroup is None):
            raise ValueError("needs exactly one of `cluster` and `workgroup`")
        return self


def client(service: str, region: str | None, profile: str | None) -> Any:
    """An AWS client. Raises `ConfigError` where boto3 is missing or the AWS configuration cannot be used."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError
    except ImportError:
        told = "the library of AWS is missing; install it with "
        raise ConfigError(told + 'pip install "warehouse-sync[redshift-aws]"') from None
    try:
        return boto3.Session(profile_name=profile, region_name=region).client(service)
    except BotoCoreError as error:
        told = f"the AWS configuration cannot be used ({type(error).__name__}); check region and profile"
        raise ConfigError(told, key="warehouse") from None


def credentials(iam: Iam, user: str | None, dbname: str) -> dict[str, str]:
    """`user` and `password` for one connection: they are asked for anew each time, since they last minutes.

    Raises `WarehouseError` (code `credentials`) where AWS gives none, with AWS's error code only.
    """
    service = "redshift-serverless" if iam.workgroup else "redshift"
    return _asked(client(service, iam.region, iam.profile), iam, user, dbname)


def _asked(aws: Any, iam: Iam, user: str | None, dbname: str) -> dict[str, str]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        if iam.workgroup:
            found = aws.get_credentials(workgroupName=iam.workgroup, dbName=dbname)
            return {"user": found["dbUser"], "password": found["dbPassword"]}
        if user is None:
            found = aws.get_cluster_credentials_with_iam(ClusterIdentifier=iam.cluster, DbName=dbname)
        else:
            found = aws.get_cluster_credentials(
                ClusterIdentifier=iam.cluster, DbName=dbname, DbUser=user, AutoCreate=False
            )
    except (BotoCoreError, ClientError) as error:
        told = f"AWS gave no credentials ({named(error)}); check warehouse.iam and what the AWS identity may do"
        raise WarehouseError(told, statement="connect", code="credentials") from None
    return {"user": found["DbUser"], "password": found["DbPassword"]}


def named(error: Exception) -> str:
    """AWS's error code, or the class of an error that has none; never its text."""
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code") or type(error).__name__)
