// node generate.mjs "A fox in the snow"
import OpenAI from "openai";

const openai = new OpenAI({
  baseURL: `${process.env.AFTERIMAGE_URL ?? "http://localhost:8080"}/v1`,
  apiKey: process.env.AFTERIMAGE_API_KEY ?? "none",
  maxRetries: 4, // An image that takes longer than one request is asked for again; it is not made twice.
});

const { data } = await openai.images.generate({ model: "social-card", prompt: process.argv[2] ?? "A fox in the snow", size: "1024x1024" });
console.log(data[0].url);
