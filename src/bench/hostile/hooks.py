"""What Schemathesis can't know from the document: how to make an upload of many lines."""

import csv
import io
import json

import schemathesis
from hypothesis import strategies as st

NAMES = st.sampled_from(["title", "author.name", "author.handle", "price", "format", "labels"])
TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
VALUES = st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8)
JOBS = st.fixed_dictionaries({"template": st.sampled_from(["social-card", "product-card", "chart", "none"]),
                              "data": st.dictionaries(TEXT, VALUES, max_size=4)})


@st.composite
def csv_upload(draw):
    # The first column makes it a catalogue by itself, whether or not the query names a template.
    header = ["template", *draw(st.lists(NAMES, unique=True, max_size=4))]
    rows = draw(st.lists(st.lists(TEXT, min_size=len(header), max_size=len(header)), min_size=1, max_size=5))
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator=draw(st.sampled_from(["\n", "\r\n"]))).writerows([header, *rows])
    return text.getvalue().encode()


@st.composite
def ndjson_upload(draw):
    jobs = draw(st.lists(JOBS, min_size=1, max_size=5))
    lines = [json.dumps(job, ensure_ascii=draw(st.booleans())) for job in jobs]
    return draw(st.sampled_from(["\n", "\r\n", "\n\n"])).join(lines).encode()


schemathesis.openapi.media_type("text/csv", csv_upload())
schemathesis.openapi.media_type("application/x-ndjson", ndjson_upload())


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Uploads are bytes, those of the document's examples too."""
    for media in raw_schema["paths"]["/v1/batches"]["post"]["requestBody"]["content"].values():
        if isinstance(media.get("example"), str):
            media["example"] = media["example"].encode()
