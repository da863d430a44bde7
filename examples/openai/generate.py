# python generate.py "A fox in the snow"
import os
import sys

from openai import OpenAI

openai = OpenAI(
    base_url=os.environ.get("AFTERIMAGE_URL", "http://localhost:8080") + "/v1",
    api_key=os.environ.get("AFTERIMAGE_API_KEY", "none"),
    max_retries=4,  # An image that takes longer than one request is asked for again; it is not made twice.
)

prompt = sys.argv[1] if len(sys.argv) > 1 else "A fox in the snow"
images = openai.images.generate(model="social-card", prompt=prompt, size="1024x1024")
print(images.data[0].url)
