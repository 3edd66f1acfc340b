"""Quality on labelled data."""

from moment.commands.call import Call


def evaluate(call: Call) -> int:
    parts = {
        "retrieval": _retrieval,
        "coaching": _coaching,
        "footage": _footage,
        "from-coaches": _from_coaches,
        "words": _words,
    }
    return parts[call.options.name](call)


def _retrieval(call: Call) -> int:
    from moment.eval.retrieval import OWN_QUERIES, evaluate_retrieval, read_queries
    from moment.knowledge import ingest_all, migrate

    queries = read_queries(call.options.queries or OWN_QUERIES)
    with call.resources() as resources:
        migrate(resources.database)
        ingest_all(resources)
        embedder = resources.providers.get().embedder
        evaluate_retrieval(resources.database, embedder, queries, as_json=call.options.json)
    return 0


def _coaching(call: Call) -> int:
    from footage.draw import DrawingFailure
    from moment.errors import CommandFailed
    from moment.eval.coaching import Request
    from moment.eval.command import run_evaluation
    from moment.eval.golden import OWN_SET
    from moment.resources import open_resources
    from settings import ProviderChoice

    options = call.options
    request = Request(
        golden_set=options.set or OWN_SET,
        provider=options.provider,
        runs=options.n,
        probes=options.probes,
        jobs=options.jobs,
        clips=options.clips,
    )
    settings = call.settings.change(providers=ProviderChoice(options.provider))
    try:
        with open_resources(settings, call.build) as resources:
            run_evaluation(
                resources, request, out=options.out, compare_with=options.compare, as_json=options.json
            )
    except (DrawingFailure, OSError) as error:
        raise CommandFailed(str(error)) from error
    return 0


def _footage(call: Call) -> int:
    from moment.errors import CommandFailed
    from moment.eval.footage import FootageRequest
    from moment.eval.footage_command import run_footage
    from moment.resources import open_resources
    from pipeline.media.ffmpeg import FfmpegError
    from settings import ProviderChoice

    options = call.options
    request = FootageRequest(options.provider, options.jobs)
    settings = call.settings.change(providers=ProviderChoice(options.provider))
    try:
        with open_resources(settings, call.build) as resources:
            run_footage(resources, request, options.folder, as_json=options.json)
    except (FfmpegError, OSError) as error:
        raise CommandFailed(str(error)) from error
    return 0


def _from_coaches(call: Call) -> int:
    """On standard output, a line each: the clip's name in the set, the session and the object that it is of."""
    from desk.console import say
    from moment.errors import CommandFailed
    from moment.eval.from_coaches import judged_cooks, write_labels

    with call.resources() as resources, resources.database.transaction() as db:
        judged = judged_cooks(db)
    try:
        path = write_labels(judged.cooks, call.options.folder)
    except OSError as error:
        raise CommandFailed(str(error)) from error
    for cook in judged.cooks:
        print(cook.item.video, cook.session_id, cook.object_key, sep="\t")  # noqa: T201 - the command's data
    say(
        f"{path}: {len(judged.cooks)} cooks, {judged.left_out} left out; put in the clips of learners who agree"
    )
    return 0


def _words(call: Call) -> int:
    """1 when a goal is missed."""
    from moment.eval.words.command import run_words
    from moment.resources import open_resources
    from settings import ProviderChoice

    settings = call.settings.change(providers=ProviderChoice(call.options.provider))
    with open_resources(settings, call.build) as resources:
        return 0 if run_words(resources.providers.get(), as_json=call.options.json) else 1
