// Responds to CORS requests as Amazon S3 does by these rules.
// Attach it to viewer requests and to viewer responses.
var rules = RULES;
var VARY = 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method';
var METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

function handler(event) {
  var request = event.request;
  if (event.context.eventType === 'viewer-request') {
    return request.method === 'OPTIONS' ? preflight(request) : request;
  }
  var response = event.response;
  if (request.method === 'OPTIONS') {
    return response;
  }
  var headers = response.headers;
  Object.keys(headers).forEach(function (name) {
    if (name.indexOf('access-control-') === 0) {
      delete headers[name];
    }
  });
  var method = value(request, 'access-control-request-method') || request.method;
  var found = decide(request, method);
  if (found) {
    Object.keys(found).forEach(function (name) {
      headers[name] = found[name];
    });
    headers.vary = { value: merged(value(response, 'vary')) };
  }
  return response;
}

function preflight(request) {
  if (!value(request, 'origin')) {
    return refusal(400, 'BadRequest',
      'Insufficient information. Origin request header needed.', '');
  }
  var method = value(request, 'access-control-request-method') || 'OPTIONS';
  if (METHODS.indexOf(method) < 0) {
    return refusal(400, 'BadRequest',
      'Invalid Access-Control-Request-Method: ' + escaped(method), '');
  }
  var headers = decide(request, method);
  if (headers) {
    headers.vary = { value: VARY };
    return { statusCode: 200, statusDescription: 'OK', headers: headers };
  }
  var type = request.uri === '/' || !request.uri ? 'BUCKET' : 'OBJECT';
  return refusal(403, 'AccessForbidden',
    'CORSResponse: This CORS request is not allowed. This is usually because the evalution of ' +
    'Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers ' +
    "are not whitelisted by the resource's CORS spec.",
    '<Method>' + method + '</Method><ResourceType>' + type + '</ResourceType>');
}

function refusal(status, code, message, more) {
  return {
    statusCode: status,
    statusDescription: status === 400 ? 'Bad Request' : 'Forbidden',
    headers: { 'content-type': { value: 'application/xml' } },
    body: {
      encoding: 'text',
      data: '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>' + code + '</Code><Message>' +
        message + '</Message>' + more + '<RequestId></RequestId><HostId></HostId></Error>'
    }
  };
}

// The CORS headers of the first rule that allows the request.
function decide(request, method) {
  var origin = value(request, 'origin');
  if (!origin) {
    return null;
  }
  var names = value(request, 'access-control-request-headers').toLowerCase().split(',')
    .map(function (name) { return name.replace(/^[ \t]+|[ \t]+$/g, ''); })
    .filter(function (name) { return name !== ''; });
  for (var i = 0; i < rules.length; i++) {
    var rule = rules[i];
    if (some(rule.origins, origin) && rule.methods.indexOf(method) >= 0 &&
        names.every(function (name) { return some(rule.headers, name); })) {
      return allowed(rule, origin, names);
    }
  }
  return null;
}

function allowed(rule, origin, names) {
  var any = rule.origins.indexOf('*') >= 0;
  var headers = {
    'access-control-allow-origin': { value: any ? '*' : origin },
    'access-control-allow-methods': { value: rule.methods.join(', ') }
  };
  if (names.length > 0) {
    headers['access-control-allow-headers'] = { value: names.join(', ') };
  }
  if (rule.expose.length > 0) {
    headers['access-control-expose-headers'] = { value: rule.expose.join(', ') };
  }
  if (rule.maxAge !== undefined) {
    headers['access-control-max-age'] = { value: String(rule.maxAge) };
  }
  if (!any) {
    headers['access-control-allow-credentials'] = { value: 'true' };
  }
  return headers;
}

function some(patterns, text) {
  return patterns.some(function (pattern) {
    var star = pattern.indexOf('*');
    if (star < 0) {
      return pattern === text;
    }
    var head = pattern.slice(0, star);
    var tail = pattern.slice(star + 1);
    return text.length >= head.length + tail.length && text.slice(0, head.length) === head &&
      text.slice(text.length - tail.length) === tail;
  });
}

// A header's value: its lines joined by commas.
function value(message, name) {
  var header = message.headers[name];
  if (!header) {
    return '';
  }
  if (header.multiValue) {
    return header.multiValue.map(function (line) { return line.value; }).join(', ');
  }
  return header.value || '';
}

function merged(vary) {
  if (vary === '*') {
    return vary;
  }
  var listed = vary.toLowerCase().split(',').map(function (name) { return name.trim(); });
  var missing = VARY.split(', ').filter(function (name) {
    return listed.indexOf(name.toLowerCase()) < 0;
  });
  return (vary ? [vary] : []).concat(missing).join(', ');
}

function escaped(text) {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
