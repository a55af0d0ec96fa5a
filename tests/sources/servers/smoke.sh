#!/usr/bin/env bash
# An app that follows a bucket, against a real server: it starts before the server does, follows
# what is put there and what is deleted, and says how it is at /healthz.
set -euo pipefail
app=${1:?usage: smoke.sh APP DIRECTORY}
directory=${2:?usage: smoke.sh APP DIRECTORY}
weed=$("$(dirname "$0")/install.sh" "$directory")

work=$(mktemp -d)
children=()
trap 'kill "${children[@]}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT

mapfile -t ports < <(python3 - <<'PYTHON'
import socket
sockets = [socket.socket() for _ in range(8)]
for free in sockets:
    free.bind(("127.0.0.1", 0))
    print(free.getsockname()[1])
PYTHON
)
# The app signs with its own key; what the test does to the bucket needs none.
server=http://127.0.0.1:${ports[0]}
key=AKIASMOKESMOKESMOKE1 secret=a-secret-of-the-smoke-test
echo '{"identities": [{"name": "smoke", "credentials": [{"accessKey": "'$key'", "secretKey": "'$secret'"}], "actions": ["Read:smoke"]}, {"name": "anonymous", "actions": ["Admin"]}]}' >"$work/s3.json"

until_true() {
    for _ in $(seq 600); do
        if "$@"; then return; fi
        sleep 0.1
    done
    echo "never true: $*" >&2
    cat "$work/app" "$work/app.log" >&2
    curl -sS "$address/healthz" >&2 || true
    exit 1
}
health() { curl -sS "$address/healthz" | python3 -c "import json, sys; health = json.load(sys.stdin); sys.exit(not ($1))"; }
preflight() { curl -sS -i -X OPTIONS "$address/key" -H 'Origin: https://www.example.com' -H 'Access-Control-Request-Method: PUT'; }
s3() { curl -sS -o "$work/answer" --fail "$@" 2>/dev/null; }

AWS_ENDPOINT_URL=$server AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=$secret \
    AWS_EC2_METADATA_DISABLED=true NO_COLOR=1 \
    "$app" --bucket smoke --interval 1 --listen 127.0.0.1:0 >"$work/app" 2>"$work/app.log" &
children+=($!)
address=
listens() { address=$(grep -om1 'http://[^ ]*' "$work/app"); }
until_true listens

# Nothing has arrived: as a bucket without CORS, with the failure to be seen.
until_true health 'health["failing"] and health["version"] == 0 and "cannot be reached" in health["last_failure"]["error"]'
preflight | grep -q 'CORS is not enabled for this bucket'

mkdir "$work/data"
"$weed" server -dir="$work/data" -ip=127.0.0.1 -ip.bind=127.0.0.1 -volume.max=4 \
    -master.telemetry=false -filer -s3 -s3.iam=false -s3.config="$work/s3.json" \
    -s3.port="${ports[0]}" -s3.port.grpc="${ports[1]}" -s3.port.iceberg=0 -s3.port.lance=0 \
    -master.port="${ports[2]}" -master.port.grpc="${ports[3]}" \
    -volume.port="${ports[4]}" -volume.port.grpc="${ports[5]}" \
    -filer.port="${ports[6]}" -filer.port.grpc="${ports[7]}" >"$work/server" 2>&1 &
children+=($!)
until_true s3 -X PUT "$server/smoke"

# A bucket without CORS, and known to be.
until_true health 'not health["failing"] and health["version"] == 1 and health["source"] == "s3://smoke"'

cat >"$work/cors.xml" <<'XML'
<CORSConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>
XML
s3 -X PUT "$server/smoke?cors=" -H 'Content-Type: application/xml' --data-binary "@$work/cors.xml"
until_true health 'health["version"] == 2 and health["rules"] == 1 and health["followed"]'
preflight | tr -d '\r' | grep -qix 'access-control-allow-origin: https://www.example.com'
grep -q 'CORS rules changed from s3://smoke' "$work/app.log"

s3 -X DELETE "$server/smoke?cors="
until_true health 'health["version"] == 3 and health["rules"] == 0'
preflight | grep -q 'CORS is not enabled for this bucket'

# A failure leaves the rules; no secret is in sight.
s3 -X PUT "$server/smoke?cors=" -H 'Content-Type: application/xml' --data-binary "@$work/cors.xml"
until_true health 'health["version"] == 4'
# It takes its time to end in good order.
kill -KILL "${children[1]}"
until_true health 'health["failing"] and health["version"] == 4 and health["rules"] == 1'
preflight | tr -d '\r' | grep -qix 'access-control-allow-origin: https://www.example.com'
! grep -e "$key" -e "$secret" "$work/app" "$work/app.log"
grep -q 'still in force' "$work/app.log"
[ -z "${SHOW:-}" ] || { cat "$work/app.log"; curl -sS "$address/healthz"; }
echo "$(basename "$app") follows its bucket"
