"""How safe, true and useful the coach's words are, on cases that people wrote: `moment eval words`.

Each part holds its labelled cases as data under `knowledge_base/eval/words/`.
"""
