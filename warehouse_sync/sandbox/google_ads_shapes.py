"""The messages of the Google Ads API that customer lists need, as Google's front end reads them (v26)."""

from __future__ import annotations

from functools import partial

from . import google_shapes as base
from .google_shapes import enum, flag, many, message, text, whole

_enum = partial(lambda kind, *names: enum(f"google.ads.googleads.v26.enums.{kind}", "UNSPECIFIED", "UNKNOWN", *names))
CONSENT = _enum("ConsentStatusEnum.ConsentStatus", "GRANTED", "DENIED")
_consent = message(adUserData=CONSENT, adPersonalization=CONSENT)
_identifier = message(
    {"identifier": ("hashedEmail", "hashedPhoneNumber", "mobileId", "thirdPartyUserId", "addressInfo")},
    userIdentifierSource=_enum("UserIdentifierSourceEnum.UserIdentifierSource", "FIRST_PARTY", "THIRD_PARTY"),
    hashedEmail=text,
    hashedPhoneNumber=text,
    mobileId=text,
    thirdPartyUserId=text,
    addressInfo=message(
        hashedFirstName=text,
        hashedLastName=text,
        city=text,
        state=text,
        countryCode=text,
        postalCode=text,
        hashedStreetAddress=text,
    ),
)
_person = message(userIdentifiers=many(_identifier), consent=_consent)

CREATE_JOB = message(
    job=message(
        type=_enum(
            "OfflineUserDataJobTypeEnum.OfflineUserDataJobType",
            "STORE_SALES_UPLOAD_FIRST_PARTY",
            "STORE_SALES_UPLOAD_THIRD_PARTY",
            "CUSTOMER_MATCH_USER_LIST",
            "CUSTOMER_MATCH_WITH_ATTRIBUTES",
        ),
        externalId=whole,
        customerMatchUserListMetadata=message(userList=text, consent=_consent),
    ),
    validateOnly=flag,
    enableMatchRateRangePreview=flag,
)
ADD_OPERATIONS = message(
    enablePartialFailure=flag,
    enableWarnings=flag,
    validateOnly=flag,
    operations=many(
        message({"operation": ("create", "remove", "removeAll")}, create=_person, remove=_person, removeAll=flag)
    ),
)
RUN = message(validateOnly=flag)
_list = message(
    resourceName=text,
    name=text,
    description=text,
    membershipStatus=_enum("UserListMembershipStatusEnum.UserListMembershipStatus", "OPEN", "CLOSED"),
    integrationCode=text,
    membershipLifeSpan=whole,
    crmBasedUserList=message(
        appId=text,
        uploadKeyType=_enum(
            "CustomerMatchUploadKeyTypeEnum.CustomerMatchUploadKeyType",
            "CONTACT_INFO",
            "CRM_ID",
            "MOBILE_ADVERTISING_ID",
        ),
        dataSourceType=_enum(
            "UserListCrmDataSourceTypeEnum.UserListCrmDataSourceType",
            "FIRST_PARTY",
            "THIRD_PARTY_CREDIT_BUREAU",
            "THIRD_PARTY_VOTER_FILE",
            "THIRD_PARTY_PARTNER_DATA",
        ),
    ),
)
MUTATE_LISTS = message(
    operations=many(
        message({"operation": ("create", "update", "remove")}, create=_list, update=_list, remove=text, updateMask=text)
    ),
    partialFailure=flag,
    validateOnly=flag,
)
SEARCH = message(query=text, pageToken=text, pageSize=whole, validateOnly=flag, searchSettings=base.message())
