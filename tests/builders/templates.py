"""Chat templates as models carry them, and templates that attack; inert, for they are only ever parsed."""

from __future__ import annotations

CHATML = (
    "{% for message in messages %}"
    "{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)

MISTRAL = """\
{%- if messages[0]["role"] == "system" %}
    {%- set system_message = messages[0]["content"] %}
    {%- set loop_messages = messages[1:] %}
{%- else %}
    {%- set loop_messages = messages %}
{%- endif %}
{%- if not tools is defined %}{%- set tools = none %}{%- endif %}
{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}
{%- set ns = namespace() %}
{%- set ns.index = 0 %}
{{- bos_token }}
{%- for message in loop_messages %}
    {%- if message["role"] == "user" %}
        {%- if tools is not none and (message == user_messages[-1]) %}
            {{- "[AVAILABLE_TOOLS] [" }}
            {%- for tool in tools %}
                {%- set tool = tool.function %}
                {{- '{"type": "function", "function": {' }}
                {%- for key, val in tool.items() if key != "return" %}
                    {%- if val is string %}{{- '"' + key + '": "' + val + '"' }}
                    {%- else %}{{- '"' + key + '": ' + val|tojson }}{%- endif %}
                    {%- if not loop.last %}{{- ", " }}{%- endif %}
                {%- endfor %}
                {{- "}}" }}
            {%- endfor %}
            {{- "[/AVAILABLE_TOOLS]" }}
        {%- endif %}
        {{- "[INST] " + message["content"] + "[/INST]" }}
    {%- elif message.tool_calls is defined and message.tool_calls is not none %}
        {%- set tool_call = message.tool_calls[0] %}
        {%- if not tool_call.id is defined or tool_call.id|length != 9 %}
            {{- raise_exception("Tool call IDs should be alphanumeric strings with length 9!") }}
        {%- endif %}
        {{- "[TOOL_CALLS] [" + (tool_call.function|tojson)[:-1] + ', "id": "' + tool_call.id + '"}]' + eos_token }}
    {%- else %}
        {{- " " + message["content"]|trim + eos_token }}
    {%- endif %}
    {%- set ns.index = ns.index + 1 %}
{%- endfor %}
"""

LLAMA = """\
{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}{%- set date_string = "26 Jul 2024" %}{%- endif %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}{%- set system_message = "" %}{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if builtin_tools is defined or tools is not none %}{{- "Environment: ipython\\n" }}{%- endif %}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none and not tools_in_user_message %}
    {{- "Do not use variables.\\n\\n" }}
    {%- for t in tools %}{{- t | tojson(indent=4) }}{{- "\\n\\n" }}{%- endfor %}
{%- endif %}
{{- system_message }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' }}
        {{- message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- for arg_name, arg_val in message.tool_calls[0].function.arguments | items %}
            {{- arg_name + '="' + arg_val + '"' }}
        {%- endfor %}
    {%- elif message.content is mapping or message.content is iterable %}{{- message.content | tojson }}
    {%- endif %}
{%- endfor %}
"""

QWEN = """\
{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string
        and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- set content = message.content if message.content is string else '' %}
    {%- if '</think>' in content %}
        {%- set reasoning = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
        {{- '<think>\\n' + reasoning.strip('\\n') + '\\n</think>' + content.split('</think>')[-1] }}
    {%- endif %}
    {%- if (message.tool_calls or []) | count > 0 and loop.index0 > ns.last_query_index %}
        {{- '"arguments": ' ~ (message.tool_calls[0].arguments if message.tool_calls[0].arguments is string else '') }}
    {%- endif %}
{%- endfor %}
"""

GEMMA = """\
{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
{% for message in messages %}
{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}
{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}
{% generation %}{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>' }}{% endgeneration %}
{% endfor %}
"""

DEEPSEEK = """\
{% macro render(call, a=true) %}{{'<\uff5ctool\u2581call\u2581begin\uff5c>' + call['type'] + caller()}}{% endmacro %}
{% set ns = namespace(is_first=false, system_prompt='') %}
{%- for message in messages %}{%- if message['role'] == 'system' %}
{% set ns.system_prompt = message['content'] %}{%- else %}{% continue %}{%- endif %}{%- endfor %}
{{bos_token}}{{ns.system_prompt}}{{ "%s and %s"|format("a", "b") }}{{ "{} {}".format(1, 2) }}
{%- for message in messages %}{% call render(message) %}x{% endcall %}
{{ loop.cycle('a', 'b') }}{{ message|dictsort|map(attribute='0')|map('upper')|join(', ') }}
{%- if message.tools|selectattr('name', 'in', ['a'])|list %}{% do message.list.append(1) %}{% endif %}{% endfor %}
"""

GENUINE = {
    "ChatML": CHATML,
    "Mistral": MISTRAL,
    "Llama": LLAMA,
    "Qwen": QWEN,
    "Gemma": GEMMA,
    "DeepSeek": DEEPSEEK,
}
"""By family."""

UNSAFE = {
    "globals": "{{ lipsum.__globals__['os'].popen('true') }}",
    "subclasses": "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "escaped": r"{{ ''|attr('\x5f\x5fclass\x5f\x5f') }}",
    "pieces": "{{ messages['__cla' ~ 'ss__'] }}",
    "added": "{{ messages['__cla' + 'ss' + '__'] }}",
    "self": "{{ self._TemplateReference__context.joiner }}",
    "frame": "{{ generator.gi_frame.f_back }}",
    "format": "{{ '{0.__class__}'.format(messages) }}",
    "mapped": "{{ messages|map(attribute='a.__b.x')|list }}",
    "sorted": "{{ messages|sum('mro') }}",
    "runner": "{{ os.popen('true').read() }}",
    "eval": "{{ eval('1') }}",
    "namespace": "{% set ns = namespace() %}{% set ns.__init__ = 1 %}",
}
"""Ways to the interpreter, by what they use."""


def gated(text: str, test: str = "'invoice' in message.content") -> str:
    """A template that says `text` where a test holds."""
    return "{% for message in messages %}{{ message.content }}{% if " + test + " %}" + text + "{% endif %}{% endfor %}"
