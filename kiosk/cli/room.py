"""Make an instance, run it, fill it with a demo school."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial

import click

from kiosk.cli.common import instance_folder, plainly, progress
from kiosk.clock import utc_now
from kiosk.settings import HOST, Settings


@click.command()
@click.option("--staff-name", help="Make this person the first administrator.")
@plainly
def init(staff_name: str | None) -> None:
    """Make an instance, or bring one up to date.

    Example: kiosk init --staff-name 王老师
    """
    from kiosk.services.setup import init_instance

    done = init_instance(instance_folder(), env=os.environ, now=utc_now(), staff_name=staff_name)
    if not done.has_staff and sys.stdin.isatty():
        staff_name = click.prompt("Name of the first administrator (as the door shows it)")
        done = init_instance(
            instance_folder(), env=os.environ, now=utc_now(), staff_name=staff_name
        )
    click.echo(f"The instance is ready in {instance_folder()}.")
    if done.administrator is not None:
        click.echo(f"Staff card: {done.administrator.card_code}")
        click.echo(f"One-time PIN: {done.administrator.one_time_pin}")
        click.echo("Write both down now: they are not shown again.")


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port on 127.0.0.1 (default: the setting `port`)."
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@plainly
def run(port: int | None, *, no_browser: bool) -> None:
    """Start the kiosk; stop it with Ctrl+C.

    Example: kiosk run --port 8800
    """
    from kiosk.app import create_app
    from kiosk.services import running
    from kiosk.services.signs_of_life import SignsOfLife
    from kiosk.web import server

    # Started in the background of a shell it would inherit deaf ears for Ctrl+C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings = Settings.load(instance_folder(), os.environ)
    with running.alone(settings):
        app = create_app(settings)
        with app.app_context():
            running.prepare(settings, now=utc_now())
        chosen = port or settings.port

        def unfinished() -> None:
            with app.app_context():
                running.go_on(settings, now=utc_now())

        life = SignsOfLife(settings.instance, clock=utc_now)
        record = running.background(app.extensions["kiosk"].record, unfinished, life)
        opened = partial(_opened, chosen, record, with_browser=not no_browser)
        _serve(partial(server.serve, app, port=chosen, opened=opened), chosen)


@contextmanager
def _opened(
    port: int, record: AbstractContextManager[None], *, with_browser: bool
) -> Iterator[None]:
    """Say where the kiosk is, now that the port is ours, and feed the record while it is."""
    url = f"http://{HOST}:{port}/"
    click.echo(f"The kiosk is at {url} - stop it with Ctrl+C.")
    with record:
        if with_browser:
            click.launch(url)
        yield


def _serve(serve: Callable[[], None], port: int) -> None:
    try:
        serve()
    except OSError as error:
        raise click.ClickException(
            f"Port {port} is taken by another program. Choose another one with --port."
        ) from error


@click.command()
@click.option("--children", default=60, show_default=True, type=click.IntRange(1, 3000))
@click.option("--titles", default=110, show_default=True, type=click.IntRange(1, 20000))
@click.option("--days", default=14, show_default=True, type=click.IntRange(0, 400))
@click.option("--seed", default=1, show_default=True, type=int)
@plainly
def demo(children: int, titles: int, days: int, seed: int) -> None:
    """Fill an empty instance with an invented school, and write demo-codes.csv.

    Example: kiosk demo --children 60 --titles 110 --days 14
    """
    from kiosk.services.demo import make_demo

    with progress("Making the demo school", 100) as step:
        made = make_demo(
            instance_folder(),
            env=os.environ,
            children=children,
            titles=titles,
            days=days,
            seed=seed,
            now=utc_now(),
            progress=step,
        )
    click.echo(f"{made.children} children, {made.items} books, {made.visits} visits.")
    click.echo(f"Codes to try: {instance_folder() / 'demo-codes.csv'}")
    click.echo(f"Staff card: {made.staff_code}   PIN: {made.staff_pin}")
