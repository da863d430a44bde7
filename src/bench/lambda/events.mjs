// A request for an image as API Gateway's HTTP API sends it, payload format 2.0.
const headers = {
  accept: 'application/json, text/plain, */*',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-GB,en;q=0.9',
  authorization: `Bearer ${'x'.repeat(700)}`,
  'content-type': 'application/json',
  host: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
  origin: 'https://shop.example.com',
  referer: 'https://shop.example.com/',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
  'x-amzn-trace-id': 'Root=1-6718f7a1-0b1c2d3e4f5061728394a5b6',
  'x-forwarded-for': '192.0.2.1',
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
};

export function imageEvent(number) {
  const body = JSON.stringify({ template: 'card', data: { title: `Title ${number}`, author: { name: 'Ada', id: number } } });
  return JSON.stringify({
    version: '2.0',
    routeKey: 'POST /v1/{path+}',
    rawPath: '/v1/images',
    rawQueryString: '',
    headers: { ...headers, 'content-length': String(body.length) },
    requestContext: {
      accountId: '123456789012',
      apiId: 'a1b2c3d4e5',
      authorizer: { jwt: { claims: { sub: 'somebody', iss: 'https://login.example.com/', scope: 'images' }, scopes: null } },
      domainName: headers.host,
      domainPrefix: 'a1b2c3d4e5',
      http: { method: 'POST', path: '/v1/images', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: headers['user-agent'] },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: 'POST /v1/{path+}',
      stage: '$default',
      time: '24/Nov/2026:12:00:00 +0000',
      timeEpoch: 1_795_521_600_000,
    },
    pathParameters: { path: 'images' },
    body,
    isBase64Encoded: false,
  });
}
