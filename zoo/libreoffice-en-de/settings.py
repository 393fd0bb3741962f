"""How long and with which options every network of the zoo is trained.

A network has one stage or several; each starts from the weights of the one before. `target` names
what is learnt instead of the reference translations: "distilled" is the output of TEACHER.
"""

TEACHER = "trf_big"
STUDENTS_TARGET = "distilled"

SETTINGS = {
    # At most 120 minutes on two cores, on the slower ones too.
    "small": {
        "trf_big": [dict(steps=2600, dropout=0.1, tokens=2048, rate=1.2e-3)],
        "trf_small": [dict(steps=2500)],
        "gru_mid": [dict(steps=2200)],
        "gru_small": [dict(steps=2000, rate=2e-3)],
        "trf_draft": [dict(steps=2500, rate=2e-3, dropout=0.05, tokens=2048,
                           target=STUDENTS_TARGET)],
    },
    # The weights of this project. Those of trf_big are of step 6,800 of the second stage; the first
    # stage of trf_draft learnt what trf_big said after its own first stage.
    "shipped": {
        "trf_big": [dict(steps=6500, dropout=0.15, tokens=2048, rate=1.2e-3),
                    dict(steps=8000, dropout=0.2, tokens=2048, rate=9e-4)],
        "trf_small": [dict(steps=5000)],
        "gru_mid": [dict(steps=4500)],
        "gru_small": [dict(steps=3500, rate=2e-3)],
        "trf_draft": [dict(steps=4000, rate=2e-3, dropout=0.05, tokens=2048,
                           target=STUDENTS_TARGET),
                      dict(steps=2000, rate=1.2e-3, dropout=0.05, tokens=2048, warm_up=100,
                           target=STUDENTS_TARGET)],
    },
}
WARM_UP = 400


def scaled(stages, scale):
    """The same with fewer steps: for trying the recipe."""
    if scale == 1:
        return [dict(stage) for stage in stages]
    return [{**stage, "steps": max(2, round(stage["steps"] * scale)),
             "warm_up": max(1, round(WARM_UP * scale))} for stage in stages]
