"""What a team's own program would look like: a package generated from the document, and what comes of each call."""

import json
import os

from nexus_client import AuthenticatedClient
from nexus_client.api.clients import get_client, update_client
from nexus_client.models import ClientPatch, Problem

PATHS = {"tenant_id": "acme", "client_id": os.environ["CLIENT_ID"]}


def caller(token):
    return AuthenticatedClient(
        base_url=os.environ["NEXUS_URL"],
        token=token,
        headers={"X-Application-Token": os.environ["NEXUS_APPLICATION_TOKEN"]},
    )


API = caller(os.environ["NEXUS_TOKEN"])
STRANGER = caller(os.environ["NEXUS_OTHER_TOKEN"])
NOBODY = caller("nothing")


def patch(who, body, **more):
    answer = update_client.sync_detailed(**{**PATHS, **more}, client=who, body=ClientPatch.from_dict(body))
    if isinstance(answer.parsed, Problem):
        return {"status": int(answer.status_code), "problem": answer.parsed.to_dict()["type"]}
    return {
        "status": int(answer.status_code),
        "callbackUrls": answer.parsed.callback_urls,
        "manuallyCreated": answer.parsed.manually_created,
        "teamId": answer.parsed.mobile.ios.team_id,
    }


def read():
    return get_client.sync(**PATHS, client=API).to_dict()


FIELDS = (
    "mobile owners productName callbackUrls client_upn_key applicationName "
    "allowedLogoutUrls allowedWebOrigins allowedCorsOrigins"
).split()

print(
    json.dumps(
        {
            "applied": patch(API, {"callbackUrls": ["https://python.example.com/cb"]}),
            "before": read(),
            "nulls": patch(API, {field: None for field in FIELDS}),
            "after": read(),
            "later": patch(API, {"productName": "Python"}, prefer="respond-async"),
            "unauthenticated": patch(NOBODY, {}),
            "forbidden": patch(STRANGER, {}),
            "not-found": patch(API, {}, client_id="there-is-no-such-client"),
            "precondition-failed": patch(API, {"productName": "X"}, if_match='"old"'),
            "impossible": patch(API, {"callbackUrls": ["javascript:alert(1)"]}),
        }
    )
)
