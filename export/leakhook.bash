# SPDX-License-Identifier: Apache-2.0
# Completes the words of the leakhook command in bash.

# Processes that have the library mapped and may be asked.
_leakhook_services() {
  local maps pid
  for maps in /proc/[0-9]*/maps; do
    if grep -q '/libleakhook\.so' "$maps" 2>/dev/null; then
      pid=${maps#/proc/}
      printf '%s\n' "${pid%/maps}"
    fi
  done
}

_leakhook() {
  local current=$2 previous=$3 command=${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W 'run check dump report top diff suppress export on off --help --version' -- "$current")
    return
  fi
  case $previous in
    --labels)
      mapfile -t COMPREPLY < <(compgen -W 'fd path fd,path' -- "$current")
      return ;;
    --fail-on)
      [ "$command" = diff ] && mapfile -t COMPREPLY < <(compgen -W 'grown new shrunk gone' -- "$current")
      return ;;
    --sort)
      mapfile -t COMPREPLY < <(compgen -W 'growth bytes recent size count' -- "$current")
      return ;;
    --html | --markdown | --json)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
    --timeout | --reply | --loop | --rows | --every | --kind) return ;;
    -o | --output)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return ;;
  esac
  local judging='--fail-on --allow --min-bytes --loop --own --fail-own --mark --suppressions --baseline
    --update-baseline --junit --sarif --html --markdown --github --source-root --all --quiet --help'
  case $command in
    run)
      mapfile -t COMPREPLY < <(compgen -W "$judging --keep --wait --" -- "$current"
                               [[ $current == -* ]] || compgen -c -f -- "$current") ;;
    check)
      mapfile -t COMPREPLY < <(compgen -W "$judging" -- "$current"
                               [[ $current == -* ]] || compgen -f -- "$current") ;;
    export)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-o --output --labels --reply --quiet --help' -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -f -X '!*.lhk' -- "$current"; compgen -d -- "$current")
      fi ;;
    dump)
      mapfile -t COMPREPLY < <(compgen -W "--labels --reach --timeout --help $(_leakhook_services)" -- "$current") ;;
    diff)
      mapfile -t COMPREPLY < <(compgen -W '--fail-on --loop --rows --help' -- "$current"; compgen -f -- "$current") ;;
    report)
      mapfile -t COMPREPLY < <(compgen -W "--reach --html --markdown --json --rows --timeout --help $(_leakhook_services)" -- "$current"; compgen -f -- "$current") ;;
    suppress)
      mapfile -t COMPREPLY < <(compgen -W "--reach --fail-on --timeout --help $(_leakhook_services)" -- "$current"; compgen -f -- "$current") ;;
    top)
      mapfile -t COMPREPLY < <(compgen -W "--every --sort --kind --once --rows --timeout --help $(_leakhook_services)" -- "$current") ;;
    on | off)
      mapfile -t COMPREPLY < <(compgen -W "--help $(_leakhook_services)" -- "$current") ;;
  esac
}

complete -o filenames -F _leakhook leakhook
