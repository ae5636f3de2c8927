from tests.stores import (  # noqa: F401
    _names,
    _template,
    database_url,
    empty_url,
    engine_name,
    postgres,
    store,
)
