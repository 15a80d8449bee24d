"""Writes pickles.json: what ADK Python pickles into events.actions, and what its JSON migration makes of it.

The modules below stand in for ADK's and google-genai's: the same module, class and field names on the real pydantic, so that the
pickles have the same operations. Run with: python3.11 make_pickles.py > pickles.json (needs pydantic 2)
"""

import base64
import collections
import datetime
import decimal
import enum
import json
import pickle
import sys
import types
import uuid
from typing import Any, Optional

from pydantic import BaseModel, ConfigDict, Field


def put(module, *classes):
    """Makes classes importable under a module name, as pickle wants them."""
    parts = module.split(".")
    for length in range(1, len(parts) + 1):
        made = sys.modules.setdefault(".".join(parts[:length]), types.ModuleType(".".join(parts[:length])))
    for one in classes:
        one.__module__ = module
        one.__qualname__ = one.__name__
        setattr(made, one.__name__, one)


class Genai(BaseModel):
    model_config = ConfigDict(extra="forbid", ser_json_bytes="base64", val_json_bytes="base64", populate_by_name=True)


class Blob(Genai):
    mime_type: Optional[str] = None
    data: Optional[bytes] = None


class FunctionCall(Genai):
    id: Optional[str] = None
    name: Optional[str] = None
    args: Optional[dict[str, Any]] = None


class Part(Genai):
    text: Optional[str] = None
    thought: Optional[bool] = None
    inline_data: Optional[Blob] = None
    function_call: Optional[FunctionCall] = None


class Content(Genai):
    parts: Optional[list[Part]] = None
    role: Optional[str] = None


class SecuritySchemeType(enum.Enum):
    apiKey = "apiKey"
    oauth2 = "oauth2"


class OAuthFlowAuthorizationCode(BaseModel):
    model_config = {"extra": "allow"}
    refreshUrl: Optional[str] = None
    scopes: dict[str, str] = {}
    authorizationUrl: str
    tokenUrl: str


class OAuthFlows(BaseModel):
    model_config = {"extra": "allow"}
    authorizationCode: Optional[OAuthFlowAuthorizationCode] = None


class OAuth2(BaseModel):
    model_config = {"extra": "allow"}
    type_: SecuritySchemeType = Field(default=SecuritySchemeType.oauth2, alias="type")
    flows: OAuthFlows


class AuthModel(BaseModel):
    model_config = {"extra": "allow"}


class AuthCredentialTypes(str, enum.Enum):
    API_KEY = "apiKey"
    OPEN_ID_CONNECT = "openIdConnect"
    OAUTH2 = "oauth2"


class NamedCredentialTypes(str, enum.Enum):
    """The same enumeration as Python 3.11 may pickle it: getattr(class, member name)."""

    OPEN_ID_CONNECT = "openIdConnect"

    def __reduce_ex__(self, protocol):
        return getattr, (AuthCredentialTypes, self.name)


class OAuth2Auth(AuthModel):
    client_id: Optional[str] = None
    client_secret: Optional[str] = None
    auth_uri: Optional[str] = None
    token: Optional[dict[str, Any]] = None


class AuthCredential(AuthModel):
    auth_type: Any
    resource_ref: Optional[str] = None
    api_key: Optional[str] = None
    oauth2: Optional[OAuth2Auth] = None


class AuthConfig(AuthModel):
    auth_scheme: OAuth2
    raw_auth_credential: Optional[AuthCredential] = None
    exchanged_auth_credential: Optional[AuthCredential] = None
    credential_key: Optional[str] = None


class ToolConfirmation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    hint: str = ""
    confirmed: bool = False
    payload: Optional[Any] = None


class EventCompaction(BaseModel):
    model_config = ConfigDict(extra="forbid")
    start_timestamp: float
    end_timestamp: float
    compacted_content: Content


class EventActions(BaseModel):
    # As the event around it has it in ADK: the outermost model decides.
    model_config = ConfigDict(extra="forbid", ser_json_bytes="base64")
    skip_summarization: Optional[bool] = None
    state_delta: dict[str, object] = Field(default_factory=dict)
    artifact_delta: dict[str, int] = Field(default_factory=dict)
    transfer_to_agent: Optional[str] = None
    escalate: Optional[bool] = None
    requested_auth_configs: dict[str, Any] = Field(default_factory=dict)
    requested_tool_confirmations: dict[str, ToolConfirmation] = Field(default_factory=dict)
    compaction: Optional[EventCompaction] = None
    end_of_agent: Optional[bool] = None
    agent_state: Optional[dict[str, Any]] = None
    rewind_before_invocation_id: Optional[str] = None


put("google.genai.types", Blob, FunctionCall, Part, Content)
put("fastapi.openapi.models", SecuritySchemeType, OAuthFlowAuthorizationCode, OAuthFlows, OAuth2)
put("google.adk.auth.auth_credential", AuthCredentialTypes, OAuth2Auth, AuthCredential)
put("google.adk.auth.auth_tool", AuthConfig)
put("google.adk.tools.tool_confirmation", ToolConfirmation)
put("google.adk.events.event_actions", EventCompaction, EventActions)


def auth(kind):
    return AuthConfig(
        auth_scheme=OAuth2(flows=OAuthFlows(authorizationCode=OAuthFlowAuthorizationCode(
            authorizationUrl="https://a.example/auth", tokenUrl="https://a.example/token", scopes={"read": "Read it"}))),
        raw_auth_credential=AuthCredential(
            auth_type=kind, oauth2=OAuth2Auth(client_id="c", client_secret="s", token={"expires_in": 3600, "x": None}, tenant="extra field")),
        credential_key="adk_key",
    )


shared = {"city": "Zürich", "tags": ["a", "b"]}
zone = datetime.timezone(datetime.timedelta(hours=-5, minutes=-30))
good = {
    "empty": EventActions(),
    "state": EventActions(state_delta={
        "text": "naïve 😀 \n\t\"\\", "zero": 0, "negative": -1, "byte": 255, "short": 65535, "int": 2**31 - 1, "long": 2**63 - 1, "least": -(2**63),
        "huge": 2**200, "hugely negative": -(2**2100), "float": 0.1, "whole": 1.0, "large": 1e300, "small": 5e-324, "minus zero": -0.0, "true": True,
        "false": False, "null": None, "app:shared": shared, "user:shared": shared, "temp:gone": 1, "empty": [{}, [], ""],
        "nested": {"a": {"b": {"c": [1, [2, [3, None]]]}}, "null": None}, "1": "text key", "long text": "x" * 300, "many": list(range(1100))}),
    "flow": EventActions(
        skip_summarization=True, artifact_delta={"report.pdf": 0, "ünïcode.txt": 12}, transfer_to_agent="billing", escalate=False,
        end_of_agent=True, agent_state={"step": 3, "note": None}, rewind_before_invocation_id="e-1"),
    "auth": EventActions(requested_auth_configs={"adk-1": auth(AuthCredentialTypes.OAUTH2)}),
    "auth_by_member_name": EventActions(requested_auth_configs={"adk-1": auth(NamedCredentialTypes.OPEN_ID_CONNECT)}),
    "confirmation": EventActions(requested_tool_confirmations={
        "adk-2": ToolConfirmation(hint="Really?", payload={"amount": 12.5, "currency": None}), "adk-3": ToolConfirmation(confirmed=True)}),
    "compaction": EventActions(compaction=EventCompaction(
        start_timestamp=1763872000.123456, end_timestamp=1763872001.0, compacted_content=Content(role="model", parts=[
            Part(text="Summary", thought=True), Part(inline_data=Blob(mime_type="image/png", data=bytes(range(256)))),
            Part(function_call=FunctionCall(id="adk-4", name="book", args={"when": None, "seats": [1, 2]}))]))),
    "python": EventActions(state_delta={
        "naive": datetime.datetime(2025, 1, 2, 3, 4, 5, 6), "utc": datetime.datetime(2025, 1, 2, tzinfo=datetime.timezone.utc),
        "offset": datetime.datetime(2025, 1, 2, 1, 2, 3, tzinfo=zone), "date": datetime.date(2024, 2, 29), "time": datetime.time(23, 59, 1),
        "fold": datetime.datetime(2025, 10, 26, 2, 30, fold=1), "duration": datetime.timedelta(days=1, seconds=5, microseconds=7),
        "back": datetime.timedelta(days=-1, seconds=5), "decimal": decimal.Decimal("1.20"), "uuid": uuid.UUID("12345678-1234-5678-1234-567812345678"),
        "same uuid": [uuid.UUID(int=5)] * 2, "tuple": (1, "two", (3,)), "set": {1}, "frozen": frozenset([2]), "no bytes": b"", "byte array": bytearray(b"\x01\x02"),
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]), "default": collections.defaultdict(list, {"k": [1]}), "numbers": {1: "one", -2: "two"},
        "model": Content(role="user"), "long bytes": bytes(100)}),
}

early = EventActions(state_delta={"a": 1})
del early.__dict__["requested_tool_confirmations"], early.__dict__["compaction"], early.__dict__["agent_state"]
good["early"] = early


class Order(BaseModel):
    number: int


class Calls:
    def __init__(self, function, *arguments):
        self.result = function, arguments

    def __reduce__(self):
        return self.result


put("my_app.models", Order)
inside = []
inside.append(inside)
twice = ["x" * 100]
for _ in range(40):
    twice = [twice, twice]
deep = None
for _ in range(400):
    deep = [deep]
bad = {
    "own_class": (EventActions(state_delta={"order": Order(number=1)}), "my_app.models.Order"),
    "a_function": (EventActions(state_delta={"f": len}), "builtins.len"),
    "a_command": (Calls(eval, "print('this must never be seen')"), "builtins.eval"),
    "a_member_of_what_is_no_enumeration": (Calls(getattr, str, "upper"), "builtins.getattr"),
    "a_class_itself": (EventActions(state_delta={"type": Content}), "google.genai.types.Content"),
    "inside_itself": (EventActions(state_delta={"list": inside}), None),
    "twice_forty_times": (EventActions(state_delta={"list": twice}), None),
    "deep": (EventActions(state_delta={"list": deep}), None),
    "key_that_json_lacks": (EventActions(state_delta={"d": {(1, 2): 3}}), None),
    "half_a_surrogate_pair": (EventActions(state_delta={"text": "\ud83d"}), None),
    "integer_without_end": (EventActions(state_delta={"n": 1 << 100_000}), None),
    "not_actions": (Content(role="user"), "google.genai.types.Content"),
    "a_number": (7, None),
}


def expected(name, actions):
    result = actions.model_dump(mode="json", exclude_none=True, warnings=False)
    result["state_delta"] = {key: value for key, value in result["state_delta"].items() if not key.startswith("temp:")}
    for key in "state_delta", "artifact_delta", "requested_auth_configs", "requested_tool_confirmations":
        result.setdefault(key, {})
    return result


def pickled(value, protocol):
    return base64.b64encode(pickle.dumps(value, protocol)).decode()


def protocols(name):
    """Python 3.8 and later write 5, or 4 for MySQL before Python 3.14; the older two are read because it costs nothing."""
    return (2, 3, 4, 5) if name in ("state", "python", "auth") else (4, 5)


def lines(entries):
    return ",\n".join(json.dumps(entry) for entry in entries)


print('{"read": [')
print(lines({"name": name, "pickles": {str(each): pickled(value, each) for each in protocols(name)}, "json": expected(name, value)}
            for name, value in good.items()))
print('], "refused": [')
print(lines({"name": name, "global": blamed, "pickle": pickled(value, 5)} for name, (value, blamed) in bad.items()))
print("]}")
