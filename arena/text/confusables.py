"""Letters of Cyrillic and Greek that look like a Latin one (a subset of the confusables of Unicode TR 39).

>>> "сlone".translate(LIKE_LATIN)
'clone'
"""

#: Those that print alike in common fonts.
LIKE_LATIN = str.maketrans(
    dict(
        zip(
            "аеорсухіјѕԁԛԝһЅІЈАВЕКМНОРСТУХԌԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧονγ",
            "aeopcyxijsdqwhSIJABEKMHOPCTYXGQWABEZHIKMNOPTYXovy",
            strict=True,
        )
    )
)
#: And those that are read so in the middle of a word.
READ_AS_LATIN = LIKE_LATIN | str.maketrans(dict(zip("вкмнтαιρυ", "bkmhtaipu", strict=True)))
