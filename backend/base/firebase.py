"""Firebase: proving who a phone's user is, and what pushes by FCM need of the SDK. The sole importer of firebase_admin.

Loading this module costs 0.6 s and 43 MB, so whoever needs it imports it only where Firebase is configured.
"""

import functools
import ssl
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import firebase_admin
import orjson
from firebase_admin import auth, credentials, exceptions, messaging
from google.auth.credentials import AnonymousCredentials, Credentials, TokenState
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.auth.transport.requests import Request as AuthRequest
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.retry import Retry

from backend.base.clock import utc_now
from backend.base.errors import Unauthenticated, Unavailable
from backend.base.push import Push, PushContent, PushOutcome, PushResult, read_retry_after

TIMEOUT_SECONDS = 5
CLOCK_SKEW_SECONDS = 10  # between our clock and the one that dated the token
PAYLOAD_MAX_BYTES = 4096
TTL_MAX_SECONDS = 28 * 86_400


class FirebaseTokenInvalid(Unauthenticated):
    """Forged, expired, or another project's: all look the same."""


class FirebaseUnavailable(Unavailable):
    """Google's certificates could not be fetched, so nobody can be proven."""


def make_token_verifier(project_id: str, credentials_file: Path | None = None) -> Callable[[str], str]:
    """A function from a Firebase ID token to its user's id.

    It raises FirebaseTokenInvalid or FirebaseUnavailable. A revoked session is honoured until its token
    expires, within the hour: asking Firebase on every request would make each wait for the network.
    """
    app = _make_app(project_id, _credential(credentials_file))

    def verify(token: str) -> str:
        try:
            claims = auth.verify_id_token(
                token, app=app, check_revoked=False, clock_skew_seconds=CLOCK_SKEW_SECONDS
            )
            return str(claims["uid"])
        except auth.CertificateFetchError as error:
            raise FirebaseUnavailable from error
        except (exceptions.FirebaseError, ValueError, TypeError, AttributeError, KeyError) as error:
            # Beyond its own errors the SDK stumbles over tokens whose parts are JSON but no objects.
            raise FirebaseTokenInvalid from error

    return verify


class FcmAccess:
    """What FCM's HTTP interface asks of a caller: the address, the headers, an access token that holds."""

    def __init__(self, project_id: str, credential: Path | Credentials) -> None:
        """Raises OSError or ValueError when the credentials file is not one, or names no project."""
        app = _make_app(project_id, _credential(credential))
        service = messaging._get_messaging_service(app)
        self.send_url = str(service._fcm_url)
        self.headers: Mapping[str, str] = {**service._fcm_headers, "Content-Type": "application/json"}
        self._credential = app.credential.get_credential()
        self._request = functools.partial(AuthRequest(), timeout=TIMEOUT_SECONDS)
        self._lock = threading.Lock()

    def get_token(self) -> str:
        """Asks Google when it is about to end. Raises GoogleAuthError when there is none that holds."""
        with self._lock:
            state = self._credential.token_state
            if state is not TokenState.FRESH:
                try:
                    self._refresh()
                except GoogleAuthError:
                    if state is TokenState.INVALID:
                        raise
            return str(self._credential.token)

    def replace_token(self, refused: str) -> str:
        """Of many who were refused with the same one, one asks Google. Raises GoogleAuthError."""
        with self._lock:
            if self._credential.token == refused:
                self._refresh()
            return str(self._credential.token)

    def _refresh(self) -> None:
        """Raises GoogleAuthError."""
        try:
            self._credential.refresh(self._request)
        except GoogleAuthError:
            raise
        except Exception as error:  # the SDK stumbles over an answer of another shape, such as a proxy's page
            raise RefreshError("the answer was no token") from error  # type: ignore[no-untyped-call]


class SdkPushSender:
    """A PushSender over `messaging.send`, one after the other: for a single test push, by Google's own code.

    `send_each` is avoided: one failed refresh of our credential makes it raise for a whole batch of which
    some were accepted. The SDK's own repeats are switched off: its waits would outlast our lease, and after
    a dropped connection it posts a second time, although the first may have been accepted.
    """

    def __init__(self, project_id: str, credential: Path | Credentials) -> None:
        """Raises OSError or ValueError when the credentials file is not one."""
        self._app = _make_app(project_id, _credential(credential))
        _send_once_only(self._app)

    def send(self, pushes: Sequence[Push]) -> list[PushOutcome]:
        return [self._send_one(push) for push in pushes]

    def close(self) -> None:
        firebase_admin.delete_app(self._app)

    def _send_one(self, push: Push) -> PushOutcome:
        try:
            messaging.send(build_message(push.content, push.target_kind, push.target), app=self._app)
        except exceptions.FirebaseError as error:
            return _outcome_of(error)
        except GoogleAuthError as error:  # without our own token nothing was posted
            return PushOutcome(PushResult.RETRY, type(error).__name__)
        except PayloadTooLarge:
            return PushOutcome(PushResult.FAILED, "payload_too_large")
        except ValueError:  # the SDK's check before posting
            return PushOutcome(PushResult.FAILED, "message_invalid")
        except Exception as error:  # such as an answer 200 of another shape: the rest of the batch goes on
            return PushOutcome(PushResult.UNKNOWN, type(error).__name__)
        return PushOutcome(PushResult.ACCEPTED)


class PayloadTooLarge(ValueError):
    """More than a phone may be sent, which the SDK does not check."""


def encode_content(content: PushContent) -> bytes:
    """The body of a request but for its target, which `end_message` adds; checked by the SDK.

    Raises ValueError for what FCM's schema does not allow, PayloadTooLarge.
    """
    message = orjson.loads(str(build_message(content, "fid", "placeholder")))
    del message["fid"]
    return orjson.dumps({"message": message}).removesuffix(b"}}")


def end_message(encoded: bytes, target_kind: str, target: str) -> bytes:
    """Raises TypeError for a target that is no text, such as half of a surrogate pair."""
    field = b',"fid":' if target_kind == "fid" else b',"token":'
    return encoded + field + orjson.dumps(target) + b"}}"


def build_message(content: PushContent, target_kind: str, target: str) -> messaging.Message:
    """Raises ValueError for what FCM's schema does not allow, PayloadTooLarge.

    FCM ignores the collapse key of messages that it displays itself; the tag and Apple's collapse id do
    what is meant: a push that arrives twice is shown once.
    """
    if payload_bytes(content) > PAYLOAD_MAX_BYTES:
        raise PayloadTooLarge
    if not 0 <= content.ttl_seconds <= TTL_MAX_SECONDS:
        raise ValueError("ttl_seconds")
    key, label = content.collapse_key, content.analytics_label
    expires = int((utc_now() + timedelta(seconds=content.ttl_seconds)).timestamp())
    apple, web = {"apns-collapse-id": key, "apns-expiration": str(expires)}, {"TTL": str(content.ttl_seconds)}
    heard = None  # without a sound an iPhone shows it in silence
    if content.is_urgent:
        heard = messaging.APNSPayload(messaging.Aps(sound="default"))
        apple, web = apple | {"apns-priority": "10"}, web | {"Urgency": "high"}
    with warnings.catch_warnings():  # tokens are on their way out, but phones still register with them
        warnings.simplefilter("ignore", DeprecationWarning)
        return messaging.Message(
            notification=messaging.Notification(title=content.title, body=content.body),
            data=dict(content.data),
            android=messaging.AndroidConfig(
                ttl=timedelta(seconds=content.ttl_seconds),
                priority="high" if content.is_urgent else None,
                notification=messaging.AndroidNotification(tag=key),
            ),
            apns=messaging.APNSConfig(headers=apple, payload=heard),
            webpush=messaging.WebpushConfig(headers=web, notification=messaging.WebpushNotification(tag=key)),
            fcm_options=messaging.FCMOptions(analytics_label=label) if label else None,
            **{"fid" if target_kind == "fid" else "token": target},
        )


def payload_bytes(content: PushContent) -> int:
    """The size of what a phone is sent, which FCM limits and the SDK does not check."""
    notification = {"title": content.title, "body": content.body}
    return len(orjson.dumps({"notification": notification, "data": dict(content.data)}))


# Ours or Firebase's to mend, not the message's fault: our credential, our rights, Apple's certificate.
OURS_TO_MEND = (
    messaging.ThirdPartyAuthError,
    exceptions.UnauthenticatedError,
    exceptions.PermissionDeniedError,
    exceptions.ResourceExhaustedError,  # also of a project's quota, for which the SDK has no class
)
NEVER_SENT = (NewConnectionError, ConnectTimeoutError, ssl.SSLCertVerificationError)


def _outcome_of(error: exceptions.FirebaseError) -> PushOutcome:
    reason = str(error.code).lower()
    if error.http_response is None:
        sent = not any(isinstance(cause, NEVER_SENT) for cause in _causes(error))
        return PushOutcome(PushResult.UNKNOWN if sent else PushResult.RETRY, reason)
    if isinstance(error, messaging.UnregisteredError):
        return PushOutcome(PushResult.RETIRED, reason)
    if isinstance(error, messaging.SenderIdMismatchError):  # another project's, as all are when ours is wrong
        return PushOutcome(PushResult.FAILED, reason)
    if isinstance(error, OURS_TO_MEND) or error.http_response.status_code >= 500:
        return PushOutcome(
            PushResult.RETRY, reason, read_retry_after(error.http_response.headers.get("Retry-After"))
        )
    return PushOutcome(PushResult.FAILED, reason)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Everything an error was raised for: the libraries keep it in three different places."""
    found: list[BaseException] = [error]
    for each in found:
        yield each
        for inner in (each.__cause__, each.__context__, getattr(each, "cause", None), *_inner_errors(each)):
            if isinstance(inner, BaseException) and inner not in found:
                found.append(inner)


def _inner_errors(error: BaseException) -> Sequence[Any]:
    return (getattr(error, "reason", None), *error.args)


def _credential(given: Path | Credentials | None) -> Any:
    if isinstance(given, Path):
        return credentials.Certificate(str(given))
    return given or AnonymousCredentials()  # type: ignore[no-untyped-call]


def _make_app(project_id: str, credential: Any) -> Any:
    """An app of its own each time: the SDK keeps them by name for the whole process."""
    options = {"httpTimeout": TIMEOUT_SECONDS} | ({"projectId": project_id} if project_id else {})
    return firebase_admin.initialize_app(credential, options, name=f"meguri-{uuid.uuid4().hex}")


def _send_once_only(app: Any) -> None:
    # The SDK has no option for this; a test drops connections and counts the posts.
    session = messaging._get_messaging_service(app)._client.session
    session._refresh_timeout = TIMEOUT_SECONDS
    for adapter in session.adapters.values():
        adapter.max_retries = Retry(0, read=False)
