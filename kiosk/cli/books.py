"""The catalogue in and out: lists of books, library records, and the whole of it as a file."""

from pathlib import Path
from uuid import UUID

import click

from kiosk.cli.common import FILE, at_the_kiosk, plainly, progress

# A file of books may want too much of both, on purpose.
JOB_MEMORY = 1024 * 1024 * 1024
JOB_SECONDS = 600


@click.command("import-books")
@click.argument("file", type=FILE)
@click.option("--all", "everything", is_flag=True, help="List every line of the preview.")
@click.option("--copies", metavar="CHOICE", help="What library records say of their copies.")
@click.option("--apply", is_flag=True, help="Carry out what the preview says.")
@plainly
def import_books(file: Path, *, everything: bool, copies: str | None, apply: bool) -> None:
    """Read a list of books (CNMARC, MARC 21, workbook, CSV); change nothing without --apply.

    Library records keep their copies in places that differ: the preview says which choices there
    are.

    Example: kiosk import-books books.iso --copies numbers:905b --apply
    """
    from kiosk.files.holdings import HoldingsChoice
    from kiosk.services import intake, intake_words

    with at_the_kiosk() as here:
        choice = None if copies is None else HoldingsChoice.parse(copies)
        plan = intake.preview(file, choice=choice, here=here)
        for line in intake_words.describe(plan, everything=everything):
            click.echo(line)
        if apply:
            with progress("Adding", len(plan.titles)) as step:
                intake.apply(plan, actor_id=None, here=here, progress=step)
            click.echo(f"Added {plan.new_titles} titles and {plan.new_items} copies.")
        else:
            click.echo("Nothing was changed. Run again with --apply to carry it out.")


@click.command("export-books")
@click.option("--format", "kind", type=click.Choice(["cnmarc", "csv", "xlsx"]), default="cnmarc")
@click.option("-o", "output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--actor", type=click.UUID, hidden=True)
@plainly
def export_books(kind: str, output: Path, actor: UUID | None) -> None:
    """Write the whole catalogue to a file that import-books reads back.

    Example: kiosk export-books --format csv -o books.csv
    """
    from kiosk.services import catalogue_export
    from kiosk.services.catalogue_export import CatalogueFormat

    with at_the_kiosk() as here:
        titles = catalogue_export.write(CatalogueFormat(kind), output, actor_id=actor, here=here)
    click.echo(f"{titles} titles written to {output}")


@click.command("book-job", hidden=True)
@click.argument("import_id", type=click.UUID)
@click.argument("step", type=click.Choice(["read", "add"]))
@plainly
def book_job(import_id: UUID, step: str) -> None:
    """Read or add the books of a file that came in by the staff page; the kiosk starts it."""
    from kiosk.files.sheet_process import limit_this_process
    from kiosk.services import book_imports

    limit_this_process(memory=JOB_MEMORY, seconds=JOB_SECONDS)
    with at_the_kiosk() as here:
        if step == "read":
            book_imports.read(import_id, here=here)
        else:
            book_imports.add(import_id, here=here)
