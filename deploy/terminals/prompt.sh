# A segment for the prompts of bash and zsh, shown only while something is not operational:
#   . /path/to/prompt.sh
# groundtruth-line, from the Claude Code plugin, must be in PATH.
_groundtruth_segment() {
  _groundtruth_line=$(groundtruth-line 2>/dev/null) || return 0
  case $_groundtruth_line in '🟢'* | '') ;; *) printf '%s ' "$_groundtruth_line" ;; esac
}
if [ -n "${ZSH_VERSION:-}" ]; then
  setopt prompt_subst
  PROMPT='$(_groundtruth_segment)'$PROMPT
elif [ -n "${BASH_VERSION:-}" ]; then
  PS1='$(_groundtruth_segment)'$PS1
fi
