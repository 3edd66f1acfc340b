"""What a client of Live may send (docs: WebSockets API reference). Fields under their JSON name or the proto's own."""

import base64
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from simulator.google.log import URL_SAFE

INVALID, POLICY = 1007, 1008  # close codes
LONGEST_REASON = 123  # bytes, by RFC 6455


class Refusal(Exception):
    """The connection is closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:LONGEST_REASON].decode(errors="ignore")


class Message(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True, strict=True
    )


class Blob(Message):
    data: str
    mime_type: str

    def content(self) -> bytes:
        """Either alphabet of base64 is taken. Raises Refusal."""
        try:
            return base64.b64decode(self.data.translate(URL_SAFE), validate=True)
        except ValueError as error:
            raise Refusal(INVALID, "Invalid value at 'realtime_input': Base64 decoding failed") from error


class Text(Message):
    text: str


class Part(Message):
    text: str | None = None
    inline_data: Blob | None = None


class Content(Message):
    parts: list[Part] = Field(default_factory=list)
    role: str | None = None


class PrebuiltVoice(Message):
    voice_name: str


class VoiceConfig(Message):
    prebuilt_voice_config: PrebuiltVoice


class SpeechConfig(Message):
    voice_config: VoiceConfig | None = None
    language_code: str | None = None


class GenerationConfig(Message):
    response_modalities: list[str] = Field(default_factory=list)
    speech_config: SpeechConfig | None = None
    media_resolution: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: float | None = None
    max_output_tokens: int | None = None
    seed: int | None = None
    thinking_config: dict[str, Any] | None = None


class FunctionDeclaration(Message):
    name: str
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    parameters_json_schema: dict[str, Any] | None = None
    behavior: str = "BLOCKING"


class Tool(Message):
    function_declarations: list[FunctionDeclaration] = Field(default_factory=list)


class Resumption(Message):
    handle: str | None = None


class Transcription(Message):
    language_codes: list[str] = Field(default_factory=list)


class ActivityDetection(Message):
    disabled: bool = False
    start_of_speech_sensitivity: str | None = None
    end_of_speech_sensitivity: str | None = None
    prefix_padding_ms: int | None = None
    silence_duration_ms: int | None = None


class RealtimeInputConfig(Message):
    automatic_activity_detection: ActivityDetection = Field(default_factory=ActivityDetection)
    activity_handling: str | None = None
    turn_coverage: str | None = None


class SlidingWindow(Message):
    target_tokens: int | str | None = None


class Compression(Message):
    sliding_window: SlidingWindow | None = None
    trigger_tokens: int | str | None = None


class Setup(Message):
    model: str
    generation_config: GenerationConfig = Field(default_factory=GenerationConfig)
    system_instruction: Content | None = None
    tools: list[Tool] = Field(default_factory=list)
    session_resumption: Resumption | None = None
    input_audio_transcription: Transcription | None = None
    output_audio_transcription: Transcription | None = None
    realtime_input_config: RealtimeInputConfig = Field(default_factory=RealtimeInputConfig)
    context_window_compression: Compression | None = None
    proactivity: dict[str, Any] | None = None

    @property
    def functions(self) -> dict[str, FunctionDeclaration]:
        return {each.name: each for tool in self.tools for each in tool.function_declarations}

    @property
    def instruction(self) -> str:
        parts = self.system_instruction.parts if self.system_instruction else []
        return "\n".join(part.text or "" for part in parts)


class RealtimeInput(Message):
    audio: Blob | None = None
    video: Blob | None = None
    text: str | None = None
    audio_stream_end: bool | None = None
    activity_start: dict[str, Any] | None = None
    activity_end: dict[str, Any] | None = None


class ClientContent(Message):
    turns: list[Content] = Field(default_factory=list)
    turn_complete: bool = False


class FunctionResponse(Message):
    id: str
    name: str
    response: dict[str, Any]
    scheduling: str = "WHEN_IDLE"
    will_continue: bool = False


class ToolResponse(Message):
    function_responses: list[FunctionResponse]


class ClientMessage(Message):
    """One of them a message."""

    setup: Setup | None = None
    realtime_input: RealtimeInput | None = None
    client_content: ClientContent | None = None
    tool_response: ToolResponse | None = None

    @property
    def kind(self) -> str:
        """ "realtime_input.audio", of whatever case its names were."""
        (name,) = self.model_fields_set
        content = getattr(self, name)
        return f"{name}.{'.'.join(sorted(content.model_fields_set))}" if content else name


def read_message(raw: str | bytes) -> ClientMessage:
    """Raises Refusal."""
    try:
        message = ClientMessage.model_validate_json(raw)
    except ValidationError as error:
        raise Refusal(INVALID, _problem(error)) from error
    if len(message.model_fields_set) != 1:
        raise Refusal(INVALID, "Invalid JSON payload received. Expected one field of 'message'.")
    return message


def _problem(error: ValidationError) -> str:
    """The first, in the API's own words."""
    first = error.errors()[0]
    place = [str(each) for each in first["loc"]]
    if first["type"] == "extra_forbidden":
        owner = ".".join(place[:-1])
        return f"Invalid JSON payload received. Unknown name \"{place[-1]}\" at '{owner}': Cannot find field."
    return f"Invalid value at '{'.'.join(place)}': {first['msg']}"
