#!/usr/bin/env bash
# Releases an image: first the schema, then web by a canary, then the workers. Whatever fails puts web and the workers
# back to what ran before; the schema stays, for the old release lives with it.
#   deploy/release.sh IMAGE
set -euo pipefail

image=${1:?name the image, with its tag}
region=${REGION:-asia-northeast1}
smoke_tries=${SMOKE_TRIES:-20}
smoke_pause=${SMOKE_PAUSE:-3}
watch_rounds=${WATCH_ROUNDS:-30} # of the canary with a tenth of the traffic
watch_pause=${WATCH_PAUSE:-10}
errors_most=2 # answers of 500 and above while it is watched

web=moment-web
pools=(conversation answers media preparation models video reconciler)
changed_pools=()
is_web_changed=false
is_released=false

run() {
  gcloud run "$@" --region="$region" --quiet
}

# Lines of share, tag, revision and address, one for each target of web's traffic.
traffic() {
  run services describe "$web" --flatten=status.traffic \
    --format='csv[no-heading](status.traffic.percent,status.traffic.tag,status.traffic.revisionName,status.traffic.url)'
}

is_ready() {
  local answer
  answer=$(curl --fail --silent --show-error --max-time 10 "$1/ready") && [[ $answer == *'"broker":"ok"'* ]]
}

smoke() {
  local try
  for ((try = 1; try <= smoke_tries; try++)); do
    if is_ready "$1" && curl --fail --silent --show-error --max-time 10 --output /dev/null "$1/"; then
      return 0
    fi
    sleep "$smoke_pause"
  done
  echo "$1 does not answer as it should" >&2
  return 1
}

watch() {
  local round errors
  for ((round = 1; round <= watch_rounds; round++)); do
    sleep "$watch_pause"
    smoke "$1"
    errors=$(gcloud logging read --freshness=1h --limit=$((errors_most + 1)) --format='value(insertId)' \
      "resource.type=cloud_run_revision AND resource.labels.revision_name=$2 AND httpRequest.status>=500" | wc -l)
    if ((errors > errors_most)); then
      echo "$2 has answered with errors" >&2
      return 1
    fi
  done
}

roll_back() {
  local pool
  echo "rolling back to $former" >&2
  run services update-traffic "$web" --to-revisions="$former=100"
  run services update-traffic "$web" --remove-tags=canary
  # The template too, and traffic to whatever it yields: else what Terraform changes next is given to the failed image.
  run services update "$web" --container=moment --image="$former_image" &&
    run services update-traffic "$web" --to-latest
  for pool in "${changed_pools[@]}"; do
    run worker-pools update "moment-$pool" --container=moment --image="$former_image"
  done
}

finish() {
  local status=$?
  trap - EXIT
  trap '' INT TERM # a second signal does not break off what puts things back
  # All that can be put back is, whatever fails in it.
  if [ "$status" -ne 0 ] && $is_web_changed && ! $is_released; then
    set +e
    roll_back
  fi
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

former=$(traffic | sort --field-separator=, --key=1,1nr | head -n 1 | cut -d, -f3)
former_image=$(run revisions describe "$former" --format='value(spec.containers[0].image)')

echo "the schema and the knowledge base"
run jobs update moment-migrate --image="$image"
run jobs execute moment-migrate --wait

echo "web, without traffic"
is_web_changed=true
run services update "$web" --container=moment --image="$image" --no-traffic --tag=canary
IFS=, read -r _ _ canary url < <(traffic | awk -F, '$2 == "canary"')
smoke "$url"

echo "web, with a tenth of the traffic"
run services update-traffic "$web" --to-tags=canary=10
watch "$url" "$canary"

echo "web, with all of it"
run services update-traffic "$web" --to-latest
smoke "$url"

echo "the workers"
for pool in "${pools[@]}"; do
  changed_pools+=("$pool")
  run worker-pools update "moment-$pool" --container=moment --image="$image"
done
is_released=true

run services update-traffic "$web" --remove-tags=canary
echo "the menus of LINE's accounts"
run jobs update moment-command --image="$image"
run jobs execute moment-command --args=richmenu,sync --wait
echo "released $image; before it: $former"
