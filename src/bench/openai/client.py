"""What a program does that uses OpenAI's Python client.  python client.py BASE-URL"""
import base64
import sys
import time
import urllib.request

from openai import BadRequestError, OpenAI

openai = OpenAI(base_url=sys.argv[1], api_key="any")
fox = {"model": "card", "prompt": "A fox in the snow", "size": "1024x1024"}
hare = {**fox, "prompt": "A hare in the snow"}

start = time.monotonic()
images = openai.images.with_raw_response.generate(**fox)
assert images.headers["cache-status"] == "afterimage; hit", images.headers
print(f"python: node's image after {time.monotonic() - start:.1f} s: {images.headers['cache-status']}")

start = time.monotonic()
images = openai.images.with_raw_response.generate(**hare)
print(f"python: a new image after {time.monotonic() - start:.1f} s: {images.headers['cache-status']}")
content = urllib.request.urlopen(images.parse().data[0].url).read()
inline = openai.images.generate(**hare, response_format="b64_json")
assert base64.b64decode(inline.data[0].b64_json) == content

for wrong in ({"n": 0}, {"n": 11}, {"response_format": "svg"}):
    try:
        openai.images.generate(**{**fox, **wrong})
        raise AssertionError(wrong)
    except BadRequestError as error:
        assert error.param == list(wrong)[0], error
print("python: what is wrong is a BadRequestError that names the parameter")
