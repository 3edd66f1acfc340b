#!/usr/bin/env bash
# Builds the image, pushes it and looks for known holes in it: what fails here is in the registry, and runs nowhere.
#   deploy/image.sh IMAGE
set -euo pipefail
cd "$(dirname "$0")/.."

image=${1:?name the image, with its tag}

gcloud auth configure-docker "${image%%/*}" --quiet
# Tags are immutable, and no two builds are alike: a release that is run again takes what is there.
if ! gcloud artifacts docker images describe "$image" >/dev/null 2>&1; then
  docker build --pull --tag "$image" .
  docker push "$image"
fi

echo "looking for holes in $image"
scan=$(gcloud artifacts docker images scan "$image" --remote --format='value(response.scan)')
# Only what a newer package mends: nobody can build around the others.
holes=$(gcloud artifacts docker images list-vulnerabilities "$scan" \
  --format='value(vulnerability.effectiveSeverity,vulnerability.fixAvailable,vulnerability.shortDescription)' |
  awk -F'\t' '$1 == "CRITICAL" && $2 == "True" { print $3 }')
if [ -n "$holes" ]; then
  printf 'critical holes that a newer package mends:\n%s\n' "$holes" >&2
  exit 1
fi
