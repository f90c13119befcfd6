"""`meguri push`."""

import click

from backend.base.push import Push, PushContent, PushResult
from backend.cli.opening import own_settings

TEST_TTL_SECONDS = 300
TEST_KEY = "meguri-push-test"


@click.group()
def push() -> None:
    """Pushes to phones."""


@push.command()
@click.argument("target")
@click.option("--kind", type=click.Choice(["fid", "fcm_token"]), default="fid", show_default=True)
def test(target: str, kind: str) -> None:
    """Send one push to TARGET by Google's own SDK: are the credentials good, does FCM know the phone?"""
    settings = own_settings()
    if settings.firebase_credentials_file is None:
        raise click.ClickException("FIREBASE_CREDENTIALS_FILE is not set: nothing is sent by FCM")
    # Here and not above: loading it costs 0.6 s, which the help need not wait for.
    from backend.base.firebase import SdkPushSender

    content = PushContent("Meguri", "テスト / test", {"kind": "test"}, TEST_KEY, TEST_TTL_SECONDS)
    try:
        sender = SdkPushSender(settings.firebase_project_id, settings.firebase_credentials_file)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"FIREBASE_CREDENTIALS_FILE: {error}") from error
    [outcome] = sender.send([Push(content, "android", kind, target)])
    sender.close()
    if outcome.result is not PushResult.ACCEPTED:
        raise click.ClickException(f"{outcome.result.value}: {outcome.reason}")
    click.echo("FCM has accepted it; the phone tells whether it arrived.")
