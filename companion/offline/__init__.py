"""A companion without an account: it hears by voice activity and Whisper, answers from the curriculum, and speaks with the
offline voice. It knows a moment by the sound of the pan, and danger by flames and smoke; it sees nothing else.

steps → ears (speech) and pan (its sound); pictures → eyes; what was said → wishes, replies; all of them → session
"""
