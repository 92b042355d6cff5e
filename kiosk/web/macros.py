"""Components: templates of macros, which need nothing of the page that imports them."""

from flask import Flask
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context


class ComponentTemplate(Template):
    """A template whose macros are made once, for all that import them.

    Jinja compares the globals of both sides at each import, in case they differ; here they never
    do, and six imports cost a greeting more than its own words.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        del ctx
        return super()._get_default_module()


def install(app: Flask) -> None:
    app.jinja_env.template_class = ComponentTemplate
