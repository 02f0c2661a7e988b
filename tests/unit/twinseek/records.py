"""Small results, written by hand."""

import numpy as np

from twins.frames import Frame
from twins.masks import encode_mask
from twins.queries import (
    CheckedClaim,
    Cost,
    Hit,
    InstanceFrame,
    InstanceResult,
    ResultRecord,
    ResultWarning,
    Rle,
    SubQuery,
)

HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\n\x1b[31m[red]\u202egpj.exe\udc80&amp;"


def square(size=(90, 160), box=(40, 20, 80, 60)):
    """Return the mask of a box in a frame of ``size`` (height, width)."""
    mask = np.zeros(size, bool)
    mask[box[1] : box[3], box[0] : box[2]] = True
    return Rle(**encode_mask(mask))


def an_instance(name="1", category="cup", seconds=(1.0, 2.0, 3.0), mask=True):
    frames = tuple(
        InstanceFrame(frame_index=int(s * 10), seconds=s, box=(40, 20, 80, 60), mask=square() if mask else None)
        for s in seconds
    )
    return InstanceResult(id=name, category=category, frames=frames)


def a_hit(**fields):
    values = {
        "rank": 1,
        "video_id": "cups-0123456789",
        "path": "/clips/cups.mp4",
        "score": 0.86,
        "coarse_score": 0.61,
        "status": "verified",
        "spans": ((1.0, 3.5),),
        "instances": (an_instance(),),
        "trace": (
            CheckedClaim(
                claim="the ball hides behind the cup",
                check="verified",
                instances=("1", "2"),
                span=(1.0, 2.0),
                predicate="hides_behind",
                source="predicates",
            ),
            CheckedClaim(claim="the cup is blue", check="refuted", instances=("1",), source="colours"),
            CheckedClaim(claim="a shell game", check="unverifiable", source="judge"),
        ),
    }
    return Hit(**(values | fields))


def a_record(**fields):
    values = {
        "query_id": "q-1",
        "mode": "ask",
        "query": "where is someone fooled?",
        "strategy": "rules",
        "answer": "cups-0123456789 at 0:01.0-0:03.5: the ball hides behind the cup.",
        "models": {"judge": "rules 1"},
        "sub_queries": (
            SubQuery(id="s1", text="a ball hides", kind="action"),
            SubQuery(id="s2", text="a dog barks", kind="action", negated=True),
            SubQuery(id="s3", text="first this", kind="temporal", subject="s1", relation="before", object="s2"),
        ),
        "results": (a_hit(),),
        "ranking": ("cups-0123456789", "dog-0123456789"),
        "cost": Cost(seconds=0.25),
        "warnings": (ResultWarning(code="no_labels", text="some tracks have no category"),),
    }
    return ResultRecord(**(values | fields))


def hostile_record():
    """Return a record whose every free text tries to break out."""
    claim = CheckedClaim(claim=HOSTILE, check="verified", instances=(HOSTILE,), predicate=HOSTILE, source=HOSTILE)
    hit = a_hit(video_id=HOSTILE, path=f"/{HOSTILE}", instances=(an_instance(HOSTILE, HOSTILE),), trace=(claim,))
    part = SubQuery(id=HOSTILE, text=HOSTILE, kind="text", subject=HOSTILE, relation=HOSTILE, object=HOSTILE)
    return a_record(
        query_id=HOSTILE,
        query=HOSTILE,
        answer=HOSTILE,
        strategy=HOSTILE,
        models={HOSTILE: HOSTILE},
        sub_queries=(part,),
        results=(hit,),
        ranking=(HOSTILE,),
        warnings=(ResultWarning(code=HOSTILE, text=HOSTILE),),
    )


def noise_frames(height=90, width=160, length=4.0):
    """Return a frame source of incompressible pictures."""

    def frames(video_id, seconds):
        generator = np.random.default_rng(0)
        return [
            Frame(int(min(s, length) * 10), min(s, length), generator.integers(0, 255, (height, width, 3), np.uint8))
            for s in seconds
        ]

    return frames
