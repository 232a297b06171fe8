#!/usr/bin/env bash
# The step of action.yml: installs from the hash-locked file, verifies, writes outputs and the job summary,
# and ends with the tool's own exit code. Inputs come in by environment only, never by interpolation.
set -uo pipefail

work=${RUNNER_TEMP:?}/model-verify
mkdir -p "$work"
[ -n "${HF_TOKEN:-}" ] || unset HF_TOKEN

if [ -z "${MODEL_VERIFY:-}" ]; then
    python3 -m venv "$work/venv" &&
        "$work/venv/bin/pip" install --quiet --require-hashes --requirement "$ACTION_PATH/.github/action/requirements.txt" &&
        "$work/venv/bin/pip" install --quiet --no-deps --no-build-isolation "$ACTION_PATH" || exit 4
    MODEL_VERIFY=$work/venv/bin/model-verify
fi

models=()
while IFS= read -r line; do
    line="${line#"${line%%[![:space:]]*}"}"
    line="${line%"${line##*[![:space:]]}"}"
    [ -n "$line" ] && models+=("$line")
done <<<"${INPUT_MODELS:-}"
if [ ${#models[@]} -eq 0 ]; then
    echo "::error title=model-verify::The input 'models' names no model."
    exit 2
fi

options=(--policy "${INPUT_POLICY:-default}" -o "sarif=${INPUT_SARIF:-model-verify.sarif}"
    -o "json=$work/verdict.json" -o "markdown=$work/summary.md" -o "github=$work/annotations.txt")
[ "${INPUT_OFFLINE:-false}" = true ] && options+=(--offline)

"$MODEL_VERIFY" model "${options[@]}" -- "${models[@]}"
code=$?

case $code in
0) verdict=accepted ;;
1) verdict=rejected ;;
3) verdict=undecided ;;
*) verdict=failed ;;
esac
{
    echo "verdict=$verdict"
    echo "sarif-file=${INPUT_SARIF:-model-verify.sarif}"
    echo "json-file=$work/verdict.json"
} >>"${GITHUB_OUTPUT:?}"
[ -f "$work/summary.md" ] && cat "$work/summary.md" >>"${GITHUB_STEP_SUMMARY:?}"
[ -f "$work/annotations.txt" ] && cat "$work/annotations.txt"
exit $code
