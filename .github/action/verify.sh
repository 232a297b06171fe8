#!/usr/bin/env bash
# The step of action.yml: installs from the hash-locked file, verifies, writes outputs and the job summary,
# and ends with the tool's own exit code. Inputs come in by environment only, never by interpolation.
# With MODEL_VERIFY set, that program is used and nothing is installed.
set -uo pipefail

work=${RUNNER_TEMP:?}/model-verify
mkdir -p "$work"
[ -n "${HF_TOKEN:-}" ] || unset HF_TOKEN

if [ -z "${MODEL_VERIFY:-}" ]; then
    python=$(command -v python3 || command -v python)
    "$python" -m venv "$work/venv" || exit 4
    scripts=$work/venv/bin
    [ -d "$scripts" ] || scripts=$work/venv/Scripts
    "$scripts/python" -m pip install --quiet --require-hashes --requirement "$ACTION_PATH/.github/action/requirements.txt" &&
        "$scripts/python" -m pip install --quiet --no-deps --no-build-isolation "$ACTION_PATH" || exit 4
    MODEL_VERIFY=$scripts/model-verify
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

options=(-o "sarif=${INPUT_SARIF:-model-verify.sarif}"
    -o "json=$work/verdict.json" -o "markdown=$work/summary.md" -o "github=$work/annotations.txt")
[ -n "${INPUT_POLICY:-}" ] && options+=(--policy "$INPUT_POLICY")
[ "${INPUT_OFFLINE:-false}" = true ] && options+=(--offline)
rm -f "$work/summary.md" "$work/annotations.txt"

# What the tool prints quotes models: until the token comes again, the runner obeys no line of it.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
"$MODEL_VERIFY" model "${options[@]}" -- "${models[@]}"
code=$?
echo "::$token::"

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
