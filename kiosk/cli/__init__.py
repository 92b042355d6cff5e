"""The `kiosk` command: thin on the use cases; exit code 0 only when it did what it says."""

import click

from kiosk.cli import books, people, records, room, simulation


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nuanwu")
def main() -> None:
    """Run the kiosk of a children's home.

    The environment variable KIOSK_INSTANCE names the instance folder (default: ./instance).

    Example: kiosk init --staff-name 王老师
    """


for command in (
    room.init,
    room.run,
    room.demo,
    records.import_roster,
    books.import_books,
    books.export_books,
    books.book_job,
    records.sync,
    records.backup,
    records.verify,
    records.ledger,
    records.end_term,
    records.make_pack,
    people.staff,
    people.erase_child,
    simulation.simulate_term,
):
    main.add_command(command)
