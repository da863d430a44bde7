// Puts jobs on an SQS queue once more, as a standard queue may: takes messages, sends each again as it is, and lets the first
// be seen again.
//
//   node double.mjs http://localhost:9324 QUEUE-URL 500
const [endpoint, QueueUrl, wanted] = process.argv.slice(2);

async function sqs(action, body) {
  const headers = { 'X-Amz-Target': `AmazonSQS.${action}`, 'Content-Type': 'application/x-amz-json-1.0' };
  const response = await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ QueueUrl, ...body }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${action}: ${response.status} ${text}`);
  return text ? JSON.parse(text) : {};
}

let doubled = 0;
while (doubled < Number(wanted)) {
  const { Messages = [] } = await sqs('ReceiveMessage',
    { MaxNumberOfMessages: 10, WaitTimeSeconds: 1, MessageAttributeNames: ['All'] });
  for (const { Body, MessageAttributes, ReceiptHandle } of Messages) {
    await sqs('SendMessage', { MessageBody: Body, MessageAttributes });
    await sqs('ChangeMessageVisibility', { ReceiptHandle, VisibilityTimeout: 0 });
    doubled++;
  }
}
console.log(`${doubled} jobs doubled`);
