#!/usr/bin/env bash
# The step of action.yml: installs from the hash-locked file, verifies, writes outputs and the job summary,
# and ends with the tool's own exit code. Inputs come in by environment only, never by interpolation.
# With MODEL_VERIFY set, that program is used and nothing is installed.
set -uo pipefail

work=${RUNNER_TEMP:?}/model-verify
mkdir -p "$work"
[ -n "${HF_TOKEN:-}" ] || unset HF_TOKEN

python=$(command -v python3 || command -v python)
if [ -z "${MODEL_VERIFY:-}" ]; then
    "$python" -m venv "$work/venv" || exit 4
    scripts=$work/venv/bin
    [ -d "$scripts" ] || scripts=$work/venv/Scripts
    "$scripts/python" -m pip install --quiet --require-hashes --requirement "$ACTION_PATH/.github/action/requirements.txt" &&
        "$scripts/python" -m pip install --quiet --no-deps --no-build-isolation "$ACTION_PATH" || exit 4
    MODEL_VERIFY=$scripts/model-verify
fi

# The lines of a text that are not blank, each without blanks around it.
lines() {
    local line
    while IFS= read -r line; do
        line="${line#"${line%%[![:space:]]*}"}"
        line="${line%"${line##*[![:space:]]}"}"
        [ -n "$line" ] && printf '%s\n' "$line"
    done <<<"$1"
    return 0
}

# The worse of two exit codes.
worse() {
    local code
    for code in 4 2 1 3 0; do
        if [ "$1" = $code ] || [ "$2" = $code ]; then
            echo $code
            return
        fi
    done
    echo 4
}

models=() paths=()
while IFS= read -r line; do models+=("$line"); done < <(lines "${INPUT_MODELS:-}")
while IFS= read -r line; do paths+=("$line"); done < <(lines "${INPUT_FROM_CODE:-}")
if [ ${#models[@]} -eq 0 ] && [ ${#paths[@]} -eq 0 ]; then
    echo "::error title=model-verify::The inputs 'models' and 'from-code' are both empty."
    exit 2
fi

sarif=${INPUT_SARIF:-model-verify.sarif}
options=(-o "sarif=$sarif" -o "json=$work/verdict.json" -o "markdown=$work/summary.md" -o "github=$work/annotations.txt")
base=()
[ -n "${INPUT_POLICY:-}" ] && options+=(--policy "$INPUT_POLICY")
if [ -n "${INPUT_POLICY_FROM:-}" ]; then
    base=("--policy-from=$INPUT_POLICY_FROM")
    # A checkout of one commit lacks the base of the pull request.
    git rev-parse --verify --quiet --end-of-options "$INPUT_POLICY_FROM^{commit}" >/dev/null ||
        git fetch --quiet --depth=1 -- origin "$INPUT_POLICY_FROM"
fi
[ "${INPUT_OFFLINE:-false}" = true ] && options+=(--offline)
rm -f "$work/summary.md" "$work/annotations.txt" "$work/code.txt" "$work/code.md" "$work/code.sarif" "$work/verdict.json" "$work/notes.txt"

# What the tool prints quotes models and code: until the token comes again, the runner obeys no line of it.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
code=0
if [ ${#models[@]} -gt 0 ]; then
    "$MODEL_VERIFY" model ${base[@]+"${base[@]}"} "${options[@]}" -- "${models[@]}" 2>>"$work/notes.txt"
    code=$?
fi
if [ ${#paths[@]} -gt 0 ]; then
    "$MODEL_VERIFY" code ${base[@]+"${base[@]}"} -o "github=$work/code.txt" -o "markdown=$work/code.md" -o "sarif=$work/code.sarif" -- "${paths[@]}" 2>>"$work/notes.txt"
    code=$(worse $code $?)
fi
cat "$work/notes.txt" >&2
echo "::$token::"

case $code in
0) verdict=accepted ;;
1) verdict=rejected ;;
3) verdict=undecided ;;
*) verdict=failed ;;
esac
[ ${#models[@]} -gt 0 ] || sarif=
counts=
[ -f "$work/verdict.json" ] && counts=$("$python" "$ACTION_PATH/.github/action/counts.py" "$work/verdict.json")
{
    echo "verdict=$verdict"
    echo "counts=$counts"
    echo "sarif-file=$sarif"
    [ -f "$work/code.sarif" ] && echo "code-sarif-file=$work/code.sarif" || echo "code-sarif-file="
    echo "json-file=${sarif:+$work/verdict.json}"
} >>"${GITHUB_OUTPUT:?}"
# What the change edits in policies, waivers, signers and the lock: the note and its indented lines, which Markdown leaves alone.
awk '/^Note: policies or the lock differ / && !seen { seen = edits = 1; print "\nThis change edits policies or the lock. Those of its base count:\n"; next }
    edits && !/^    / { exit }
    edits { print }' "$work/notes.txt" >"$work/edits.md"
for part in "$work/summary.md" "$work/code.md" "$work/edits.md"; do
    [ -f "$part" ] && cat "$part" >>"${GITHUB_STEP_SUMMARY:?}"
done
for part in "$work/annotations.txt" "$work/code.txt"; do
    [ -f "$part" ] && cat "$part"
done
exit "$code"
