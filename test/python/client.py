"""A turn of a support assistant, told to whatever server the environment names with an unmodified ddtrace.

Prints as JSON what it told, for the test to look for.
"""

import json
import time

import ddtrace
from ddtrace.llmobs import LLMObs

LLMObs.enable()

SESSION = "session-1"
JOIN_KEY = "ticket-1"
QUESTION = "Where is order 48213? é漢😀"
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": QUESTION}]
CALL = {"name": "open_ticket", "arguments": {"order": "48213"}, "tool_id": "call-1", "type": "function"}

ids = {}


def note(name):
    ids[name] = LLMObs.export_span()


with LLMObs.agent(name="support_agent", session_id=SESSION):
    note("support_agent")
    LLMObs.annotate(input_data=QUESTION, output_data="I opened a ticket.", tags={"channel": "web", "tries": 3})
    with LLMObs.workflow(name="answer"):
        note("answer")
        LLMObs.annotate(input_data=QUESTION, output_data={"answer": "I opened a ticket."})
        with LLMObs.embedding(name="embed", model_name="small", model_provider="Example"):
            note("embed")
            LLMObs.annotate(
                input_data=[{"text": QUESTION}], output_data="[1 embedding of 3 numbers]", metrics={"input_tokens": 7}
            )
        with LLMObs.retrieval(name="search_help"):
            note("search_help")
            LLMObs.annotate(
                input_data=QUESTION,
                output_data=[{"text": "Orders take four days.", "name": "Delivery", "id": "help-12", "score": 0.5}],
                metadata={"searched": 4},
            )
        with LLMObs.llm(name="choose_tool", model_name="gpt-4o-mini", model_provider="OpenAI"):
            note("choose_tool")
            LLMObs.annotate(
                input_data=MESSAGES,
                output_data=[{"role": "assistant", "content": "", "tool_calls": [CALL]}],
                metadata={"temperature": 0.2},
                metrics={"input_tokens": 21, "output_tokens": 9, "total_tokens": 30},
                tool_definitions=[{"name": "open_ticket", "description": "Opens one", "schema": {"type": "object"}}],
                prompt={"id": "support", "version": "3.1.0", "template": "Be {{how}}.", "variables": {"how": "brief"}},
            )
        try:
            with LLMObs.tool(name="open_ticket"):
                note("open_ticket")
                LLMObs.annotate(input_data={"order": "48213"}, tags={"feedback_join_key": JOIN_KEY})
                raise ValueError("no such order: é漢😀")
        except ValueError:
            pass
        with LLMObs.task(name="tidy_up"):
            note("tidy_up")
            LLMObs.annotate(input_data="draft", output_data="final", tags={"step": "only-one"})

SAID_MS = int(time.time() * 1000) - 60_000
VALUES = {
    "categorical": "down",
    "score": 4.5,
    "boolean": True,
    "json": {"reasons": ["slow"], "nested": {"deep": 1}},
    "text": "Too slow é漢😀",
}
reply = ids["choose_tool"]
TARGETS = [
    {"span": reply},
    {"span_id": ids["answer"]["span_id"]},
    {"trace_id": reply["trace_id"]},
    {"session_id": SESSION},
    {"feedback_join_key": JOIN_KEY},
]

feedback = []
for target in TARGETS:
    for metric_type, value in VALUES.items():
        said = {
            **target,
            "label": f"{next(iter(target))}-{metric_type}",
            "metric_type": metric_type,
            "value": value,
            "submitter": {"id": "user-1", "type": "user"},
            "tags": {"channel": "web"},
            "timestamp_ms": SAID_MS + len(feedback),
            "assessment": "fail",
            "reasoning": "because",
        }
        LLMObs.submit_feedback(**said)
        feedback.append(said)

only = {"tag_key": "step", "tag_value": "only-one"}
evaluations = [
    {"label": "tone", "metric_type": "categorical", "value": "dry", "span": reply, "assessment": "pass"},
    {"label": "faithfulness", "metric_type": "score", "value": 0.75, "span": reply, "reasoning": "it cites"},
    {"label": "polite", "metric_type": "boolean", "value": False, "span_with_tag_value": only},
    {"label": "detail", "metric_type": "json", "value": {"a": [1, 2]}, "span_with_tag_value": only, "metadata": {"m": 1}},
    {"label": "resolved", "metric_type": "boolean", "value": True, "span": ids["support_agent"], "eval_scope": "trace"},
]
for said in evaluations:
    said["timestamp_ms"] = SAID_MS
    LLMObs.submit_evaluation(**said)

LLMObs.flush()
ddtrace.tracer.flush()
LLMObs.disable()
ddtrace.tracer.shutdown()

print(json.dumps({"version": ddtrace.__version__, "spans": ids, "feedback": feedback, "evaluations": evaluations}))
