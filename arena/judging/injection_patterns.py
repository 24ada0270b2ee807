# ruff: noqa: E501 -- a pattern reads better whole than in pieces
"""The families of texts that talk to a judge: for each, patterns that ordinary answers do not match.

What they rest on: an ordinary answer speaks of its subject. It does not speak of itself as one answer among
several, of those who judge it, of labels, verdicts and rubrics, or of instructions other than its reader's. A
pattern therefore asks for two of these together, or for a form that only a prompt has.

Matched against the folded text (`arena.judging.injection.fold`). Every repetition is bounded or starts at the
text's beginning, so the time is linear in the text.
"""

from arena.judging.rare_words import gated

_ANSWER = r"(?:answer|response|reply|replie(?=s)|candidate|submission)"
#: What makes of "answer B is wrong" a remark on a quiz: a third option, further on.
_NO_QUIZ = r"(?![^\0]{0,400}\b(?:answer|option|choice)(?: is)? ?\(?(?-i:[CDE])\b)"
_JUDGE = r"(?:judge|evaluator|grader|rater|assessor)"
_KIND = r"(?:ai|llm|impartial|fair|strict|expert|esteemed|kind|automated|fellow)"
_Q = r"[\"'“”‘’`]"
_LABEL = rf"(?:{_ANSWER}\W{{1,3}})?(?:a|b|tie)(?=\s?(?:{_Q}|[\])*.,;!\n]|$))"
_RULES = r"(?:instructions?|prompts?|rules|guidelines|guidance|criteria|rubrics?|directions)"
_IGNORE = r"(?:ignore|disregard|forget|override|bypass|overlook|do not follow|don't follow|stop following|neglect|set aside|pay no attention to)"
_AXES = r"(?:axis|axes|criteria|criterion|rubric|clarity|accuracy|policy)"
_BETTER = r"(?:better|best|superior|preferred|winning|winner|more (?:accurate|helpful|complete|correct))"
_WORSE = r"(?:wrong|worse|incorrect|inferior|incomplete|inaccurate|weaker|false|hallucinates?|fails?|violates?)"
_END = r"(?:end|start|begin(?:ning)?|close)"
_OWN = rf"(?:this|my|our|the (?:present|first|second|above|shorter|longer)) {_ANSWER}"
_CHOOSE = r"(?:choos(?:e|ing)|pick(?:ing)?|select(?:ing)?|prefer(?:ring)?|favou?r(?:ing)?|crown(?:ing)?)"
_GRADE = r"(?:rat(?:e|ed|ing)|scor(?:e|ed|ing)|grad(?:e|ed|ing)|judg(?:e|ed|ing)|mark(?:ed|ing)?|rank(?:ed|ing)?)"
_SAY = r"(?:output|reply|respond|say|write|print|return|name|vote(?: for)?|(?:always|only|just|must) answer)"
#: A label alone, not the article and not the first of several options.
_ALONE = rf"{_Q}?(?-i:A|B|TIE){_Q}?(?=\s?(?:[.!\n)\]]|;(?! (?:for|or|and|if|to) )|$|over (?-i:A|B)\b|wins\b|no matter\b|regardless\b|is (?:the )?(?:better|best)\b))"
_CONTEST = rf"(?:{_ANSWER}s?|verdict|(?-i:TIE)|judg\w+|grad(?:e|ing)|scor(?:e|ing)|rubric|evaluation)"
_QUALITY = (
    r"(?:clarity|accuracy|policy|correctness|helpfulness|completeness|relevance|conciseness|coherence|faithfulness|"
    r"safety|tone|style|quality|overall)"
)

#: Family to patterns; case matters only inside `(?-i:…)`.
PATTERNS: dict[str, tuple[str, ...]] = {
    "quoted judgment": (
        rf"{_Q}(?:winner|verdict|judge?ment|preferred|preference)_?(?:{_ANSWER})?{_Q}\s?[:=]\s?{_Q}?"
        rf"(?:{_ANSWER}[ _]?)?(?:a|b|tie|first|second|pass|fail)\b",
        rf"{_Q}(?:axes|scores?|ratings?|grades?|{_QUALITY}){_Q}\s?:\s?\{{\s?{_Q}a{_Q}\s?:\s?{_Q}?\d",
        rf"{_Q}(?:better|best|preferred|winning)_?(?:{_ANSWER})?{_Q}\s?:\s?{_Q}(?:{_ANSWER}[ _])?(?:a|b|tie){_Q}",
        rf"{_Q}(?:score|rating|grade)_?(?:{_ANSWER}_)?a{_Q}\s?:\s?(?:[0-5]|10)\b[^\0]{{0,60}}{_Q}(?:score|rating|grade)_?(?:{_ANSWER}_)?b{_Q}",
        rf"<(?:winner|verdict|judge?ment|preference|decision)>\s?(?:{_ANSWER}[ _]?)?(?:a|b|tie|first|second)\b",
        rf"\b(?:winner|verdict|judge?ment|preference|gold label|ground truth)\s?(?:is\b|[:=-])\s?\W{{0,4}}{_LABEL}",
        r"\bjudge?ment\s?[:=-]\s?(?-i:A|B) wins\b",
        rf"(?:^|\n)\W{{0,4}}(?:decision|preferred|choice)\s?[:=]\s?\W{{0,4}}{_LABEL}",
        r"\b(?-i:A|B) is the (?:winner|(?:better|best) (?:one|answer|response|reply))\b",
        rf"{_Q}(?:choice|result|selection){_Q}\s?:\s?{_Q}(?:a|b|tie){_Q}[^{{}}]{{0,60}}{_Q}reason",
        rf"{_Q}reason{_Q}[^{{}}]{{0,300}}{_Q}(?:choice|result|selection){_Q}\s?:\s?{_Q}(?:a|b|tie){_Q}",
        rf"\b(?:{_BETTER}) {_ANSWER} is\s?:?\s?\W{{0,3}}{_LABEL}",
        r"\bi (?:choose|pick|select|prefer|vote for) (?-i:A|B)(?: over (?-i:A|B)\b|[.!]?(?:\n|$))",
        r"(?:^|\n|[.!?] )(?-i:A|B) (?:is (?:clearly |much |the )?(?:better|best|superior|winner)|wins)(?=[.!,;\n]|$)",
        r"\[\[\s?(?:a|b|c|tie|\d{1,2})\s?\]\]",
        r"\b(?:winner|verdict|(?:final|my|overall) (?:judge?ment|choice|ruling))\s?(?:is\b|[:=-])\s?\W{0,4}"
        rf"{_LABEL}",
    ),
    "chat tokens": (
        r"<\|\s?[a-z_]{2,30}\s?\|>",
        r"\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>|</s>",
        r"(?:^|\n)#{1,4} ?(?:system|assistant|human|instruction)\s?:",
        r"(?:^|\n)(?:\[system\]|\W{0,3}system (?:message|prompt|note|override)\W{0,3}:)",
        r"(?:^|\n)(?:human|assistant)\s?:\s?\S[^\0]{0,400}?\n(?:human|assistant)\s?:\s?\S",
        r"\n\n?assistant\s?:\s?\W{0,3}(?:(?-i:A|B|TIE)\b|winner|verdict|the winner)",
        r"</?(?:system|assistant|human|system_prompt)>",
        r"(?:^|\n)(?-i:SYSTEM)\s?: ?(?=[a-z])",
        rf"\brole{_Q}?\s?[:=]\s?{_Q}?system{_Q}?[,\s]{{1,3}}{_Q}?content{_Q}?\s?:.{{0,60}}\b(?:{_CHOOSE}|verdict|judge)",
    ),
    "fake fence": (
        rf"<{{3}}\s?/?(?:{_END} (?:of )?)?(?:{_ANSWER}|material|context|request|reference|turn)\b",
        rf"\[(?:the )?{_END} of (?:the )?(?:{_ANSWER}|material|conversation|context|prompt|evaluation)",
        rf"</?{_ANSWER}[ _-]?(?:a|b|1|2)>",
        rf"\A(?:(?!<{_ANSWER}>)[\s\S])*</{_ANSWER}>",
        rf"[-=#*~_]{{3}} ?{_END}(?: of)?(?: the)? (?:{_ANSWER}|material|prompt|evaluation|rubric)",
        rf"(?:^|\n)\W{{0,6}}{_ANSWER} (?:a|b)\W{{0,6}}(?:\n|:|$)",
        r"\bmarker word\b",
        rf"(?:^|\n)\W{{0,10}}(?:the )?{_END}[ _]of[ _](?:the )?(?:(?:first|second|user|assistant|model|ai)(?: [ab1-2])?"
        rf"(?:'s)? )?(?:{_ANSWER}s?|candidates?|material|input|evaluation)(?:[ _][ab12])?\W{{0,12}}(?:\n|$)",
        r"(?:^|\n)#{1,4} ?(?:new|real|actual) (?:task|instructions?|evaluation)\b",
    ),
    "override": (
        rf"\b{_IGNORE} (?:the (?:other|competing|rival)|both) {_ANSWER}s?\b",
        rf"\b{_IGNORE} (?:answer|response|reply) (?-i:A|B)\b",
        rf"\b(?:respond|reply|output|answer)(?: \w{{1,8}}){{0,2}} the (?:single )?(?:letter|label|word|character|token) {_Q}?(?-i:A|B|TIE)\b",
        rf"\b(?:expected|required|desired) (?:output|label) is\s?:?\s?\W{{0,2}}{_LABEL}",
        rf"\b{_IGNORE} (?:[a-z']{{1,12}} ){{0,3}}"
        r"(?:previous|prior|preceding|above|earlier|foregoing|original|initial|system|your) "
        rf"(?:[a-z]{{1,12}} )?{_RULES}\b",
        rf"\b{_IGNORE} (?:[a-z']{{1,12}} ){{0,3}}(?:rubrics?|criteria|system (?:prompt|message)|everything above)\b",
        rf"\b{_IGNORE} (?:[a-z']{{1,12}} ){{0,3}}{_RULES} (?:above|you (?:were|have been) given|given to you)\b",
        rf"(?:^|\n)\W{{0,3}}(?:new|real|actual|true) {_RULES}\W{{0,3}}: ?[^\s]",
        rf"\b(?:new|updated|revised|real|actual|true) (?:system|grading|judging|evaluation|scoring) {_RULES}",
        r"\b(?:grading|judging|scoring|evaluator|judge|grader) (?:instructions?|notes?|update|override)\b",
        rf"\byou are (?:now|actually|no longer) (?:an? |the )(?:[a-z]{{1,12}} ){{0,2}}{_JUDGE}\b",
        r"\bignorier\w{0,3} (?:bitte )?(?:alle |die |s[äa]mtliche ){0,2}(?:vorherigen|obigen|bisherigen|früheren)",
        r"\bignor(?:a|e|ez|ar|er) (?:toda?s |toutes )?(?:las |les |as )"
        r"(?:instrucciones|instructions|consignes|instruções)",
        r"忽略.{0,8}(?:指令|指示|说明)|无视.{0,8}(?:指令|指示)|以前の指示を無視|이전 지시",
        r"\bignorier\w{0,3} (?:bitte )?alles (?:vorherige|obige|bisherige)|\bnegeer (?:alle )?(?:vorige|eerdere) instructies",
        r"\b(?:olvida|omite|ignora|ignore) (?:todas |tutte )?(?:las |le |as )(?:instrucciones|istruzioni|instruções)",
        r"игнориру\w{1,4} (?:все )?(?:предыдущие )?инструкции|تجاهل.{0,20}(?:التعليمات|تعليمات)|zignoruj .{0,20}(?:instrukcje|polecenia)",
        r"\bforget (?:what|everything|all)(?: that| which)? you(?: were|'ve been| have been) (?:told|asked|instructed)\b",
        rf"\b(?:do not|don't) follow the above\b|\b{_RULES} above (?:are|is) (?:\w{{1,12}} )?(?:void|fake)\b",
        rf"\b{_RULES} above (?:are|is) (?:\w{{1,12}} )?(?:outdated|obsolete)\b[^\n]{{0,60}}\b(?:judg\w+|verdict|winner|{_CHOOSE}|{_SAY})\b",
        r"\beverything above (?:this line )?(?:is|was) (?:now )?(?:void|null|invalid|fake|irrelevant)\b",
        rf"\byour (?:new|real|only) (?:task|goal|objective|job) is to (?:{_SAY}|{_CHOOSE})\b",
        r"\b(?:stop|skip|abort|end) (?:the )?(?:evaluating|evaluation|judging|grading|comparison)\b(?! (?:yourself|others|people|table|chart|tool|steps?|part|of (?:the |an? )?(?:expression|condition|query|loop|offer|property|application)s?\b))",
        rf"\b(?:you are no longer (?:comparing|judging|evaluating|grading)|{_JUDGE},? you (?:have been|are|were) "
        r"(?:reprogrammed|instructed|ordered|told|required))\b",
        r"\b(?:return|output|reply|respond|say|answer)(?: with)? (?:the )?(?:label|verdict) (?-i:A|B|TIE)\b",
        rf"\binstead of (?:judging|evaluating|grading|comparing)(?: (?:these|the|both) {_ANSWER}s)?,? {_SAY}\b",
        rf"\b(?:regardless of|whatever|no matter) (?:\w{{1,12}} ){{1,7}}?,? ?(?:{_CHOOSE}|{_SAY}) "
        rf"(?:(?-i:A|B|TIE)\b|(?:this|the first|the second) (?:one|{_ANSWER}))",
        r"\b(?:regardless of|whatever|no matter) [^.!?\n]{1,60}, (?:select|choose|pick|prefer|output) "
        r"(?:(?-i:A|B|TIE)\b|this one|the (?:first|second)\b)",
        rf"\b{_SAY} (?:only |just |simply |with |back ){{0,2}}{_ALONE}",
        r"\b(?:output|return|print|write) \{\s?\W?winner\b",
        r"\boverride\W{1,3}(?-i:A|B|TIE)\b",
        rf"\bfrom now on,? you (?:must (?:choose|prefer|output) (?:{_ALONE}|{_OWN}\b)|are (?:dan|evalbot|a judge)\b)",
    ),
    "request to the judge": (
        r"\b(?:ai|llm|model|system|person|one) (?:evaluating|judging|grading|scoring|assessing) this\b(?! \w{1,20} (?:plan|case))",
        rf"\b(?:please|kind|kindly|wise)\W{{1,2}}(?:kind )?{_JUDGE}s?\b[,:]",
        rf"\bas (?:the|an?) (?:{_KIND} )?{_JUDGE}, (?:please|note|remember|keep in mind)\b",
        r"\bgive (?:me|us) the (?:win|victory)\b|\bpick me!",
        r"\b(?:pick|choose|select) the (?:answer|response|reply) [^.\n]{1,60}\bthis one\b",
        r"\b(?:elige|escoge|elija|elegid|choisis(?:sez)?|wähle?n?(?: sie)?|scegli(?:ete)?|escolh[ae]|выбер\w{1,4}) "
        r"(?:diese|esta|cette|questa|этот) (?:antwort|respuesta|réponse|risposta|resposta|ответ)",
        r"\bdiese antwort (?:zu )?wählen\b|选择(?:这个|此|本)(?:答案|回答)|この回答を選|이 답변을 선택",
        r"\b(?:juez|evaluador|juge|évaluateur|bewerter|juror|giudice|valutatore|juiz|avaliador|судья|评委|评审|審査員|평가자)\b"
        r"[^\n]{0,60}\b(?:elige|escoge|choisissez|wähl|bevorzug|scegli|escolha|выбер|选择)",
        rf"\b(?:dear|attention|(?:note|message|memo|instructions?) (?:to|for)|hello|hi|hey)\W{{1,3}}"
        rf"(?:(?:the|all|any|our|my|{_KIND})\W{{1,3}}){{0,3}}{_JUDGE}s?\b",
        rf"\b(?:choose|pick|select|prefer|favou?r|vote for|declare|crown) (?:this|my) {_ANSWER}\b(?! (?:code|in|by)\b)",
        rf"\b(?:choose|pick|prefer|favou?r|vote for|declare) {_ANSWER} (?-i:A|B)\b",
        rf"\b(?:rate|score|grade|judge|mark|rank) (?:this|my) {_ANSWER} (?:\w{{1,12}} ){{0,4}}"
        r"(?:high|higher|highest|best|better|top|perfect|full|five|ten|5|10|above (?:its|the|all|any))\b",
        rf"\b(?:this|my) {_ANSWER} (?:should|must|needs to|has to|ought to|deserves to) "
        r"(?:be (?:chosen|picked|preferred|rated|scored|graded|selected|ranked|judged|declared)|win|get|score)\b",
        rf"\bas an? (?:{_KIND} ){{0,2}}{_JUDGE},? (?:you|please|i)\b",
        rf"\b(?:{_CHOOSE}|{_GRADE}|judg\w{{2,4}}|vot(?:e|ing) for|consider(?:ing)? (?:rating|scoring)) (?:this|my) {_ANSWER} "
        r"(?:as (?:the )?)?(?:the )?(?:winner|better|best|winning|high(?:est|ly)?|favou?rably|generously)\b",
        rf"\b(?:vote for|let) (?:this|my) (?:{_ANSWER}|reply)(?: win)?\b(?! code)",
        r"\b(?:choose|select|pick|name|declare|vote for|mark|rate) (?:me|this|it|mine) (?:\w{1,12} ){0,2}as (?:the )?"
        rf"(?:winner\b|(?:better|best|winning|preferred|superior) {_ANSWER})",
        rf"\b{_JUDGE}s? (?:\w{{1,12}} ){{0,2}}(?:select\w{{0,3}}|cho\w{{2,4}}|pick\w{{0,3}}|find\w{{0,3}}|prefer\w{{0,4}}|"
        rf"favou?r\w{{0,3}}|rate[sd]?|score[sd]?) (?:this|my|the present) (?:{_ANSWER}|one)\b",
        r"\b(?:whoever|anyone|if you(?:'re| are)|those|person|model) (?:(?:is|are|an?|ai|llm|who|currently|now) ){0,3}"
        rf"(?:grading|judging|evaluating|scoring|assessing|comparing) (?:this\b\W{{0,2}}(?![ \w])|(?:(?:this|these|the|my|both|two) )?"
        rf"{_ANSWER}s?\b)|\bwhoever (?:is )?(?:grad|judg|evaluat|scor)(?:ing|es) this\b",
        r"\b(?:high|higher|top|full|perfect|good|generous|best|maximum)(?:est)? (?:score|mark|rating|grade|point)s? "
        rf"(?:for|to|on) (?:this|my) {_ANSWER}\b",
        rf"\bgive (?:this|my) {_ANSWER} (?:an? |the )?(?:full|top|high|highest|perfect|maximum|good)\b",
        r"\bscored? (?:this|it|me) (?:an? )?(?:5|five|10|ten)\b(?! ?stars)|\bscore it (?:the )?highest\b",
        rf"\b(?:kindly|please) (?:favou?r|prefer|choose|select) the (?:present|above) (?:one|{_ANSWER})\b",
        rf"\b{_CHOOSE} (?:this|it) {_ANSWER} as the winner\b|\bchoosing (?:this|my) {_ANSWER}\b",
        rf"\b{_ANSWER}s?,? (?:please |kindly )(?:pick|choose|prefer|select|favou?r) (?:this|my|mine)\b",
        rf"\bplease (?:pick|choose|select|prefer) {_ALONE}|\b(?:pick|choose|select|prefer|favou?r) answer (?-i:A|B)\b",
        rf"\breviewer of (?:these|the|both) {_ANSWER}s\b|\bselect me as the winner\b",
        rf"\b{_JUDGE}s? (?:will |would |may |might |can )?(?:\w{{1,12}} )?find (?:this|my) (?:the )?(?:\w{{1,12}} )?{_ANSWER}?",
        rf"\b(?:give|award|assign|grant) (?:(?:this|my|it|me|the) ){{1,2}}(?:{_ANSWER} )?(?:(?:a|an|the) )?"
        r"(?:highest|maximum|max|top|full|perfect|best) (?:possible )?(?:score|rating|mark|grade|point)s?\b",
    ),
    "claim to authority": (
        r"\brubric (?:was|has been) (?:changed|updated|replaced|withdrawn)\b",
        r"\brubric(?:'s)? (?:hidden|secret) \w",
        rf"\b{_ANSWER}s? (?:with|containing|that (?:contains?|mentions?)) [^.\n]{{1,60}}\b(?:wins?|loses?)(?! (?:a|an|the|one)\b)\b",
        r"\byour rubric (?:says|requires|rewards|gives|demands|asks)\b",
        r"(?-i:ADMIN|SYSTEM|DEVELOPER|ROOT|OPERATOR) (?-i:OVERRIDE|NOTE|NOTICE|MESSAGE|PROMPT|COMMAND)\b",
        r"\b(?:note|notice|update|message|memo|announcement|reminder|directive)s? (?:from|to|for|by) (?:the )?"
        r"(?:\w{1,12} ){0,2}(?:admin\w{0,12}|developers?|maintainers?|graders?|judges?|evaluat\w{1,4}|raters?|moderators?|"
        rf"operators?|organi[sz]ers?|rubric\w{{0,3}}|openai|anthropic|google|creators?|annotators?)\b[^\n]{{0,120}}?\b{_CONTEST}\b",
        r"\b(?:admin(?:istrator)?|moderator|developer|operator|staff|maintainer|organi[sz]er) (?:note|notice|message|override)\b"
        rf"[^\n]{{0,120}}?\b{_CONTEST}\b",
        rf"\b{_OWN} (?:\w{{1,12}} ){{0,3}}(?:reviewed|verified|approved|validated|confirmed|certified|endorsed)\b"
        r"[^.\n]{0,60}\b(?:experts?|evaluat\w{1,4}|judges?|graders?|raters?|highest|superior|correct|best)\b",
        r"\b(?:raters?|reviewers?|experts?|annotators?|judges?|graders?|evaluators?|humans?) (?:have |has )?(?:\w{1,12} )?"
        rf"(?:preferred|chose|chosen|selected|favou?red|ranked|rated) {_OWN}\b(?! (?:times?|rates?|codes?|speeds?|forms?|format|key)\b)",
        r"\b(?:evaluation|judging|grading|scoring) (?:guidelines?|policy|team|protocol|mode)\b[^.\n]{0,60}\b"
        r"(?:must|score|win|verdict|ended|over|requires?)\b",
        rf"\b(?:certified|verified|approved|endorsed|confirmed|marked|labell?ed) {_OWN} as (?:the )?(?:gold|best|correct|winning|top)\b",
        rf"\b{_ANSWER} (?:that|which|who) [^.\n]{{1,40}}\bthis (?:memo|notice|message|note)\b[^.\n]{{0,40}}\b(?:first|highest|top|win\w*)\b",
        rf"\b(?:locked|predetermined|registered|preset) (?:result|outcome|verdict|label|score) is\W{{1,3}}{_ALONE}",
        rf"\b(?:requires?|obliges?|instructs?|orders?) (?:you to )?{_CHOOSE} {_OWN}\b",
        r"\b(?:correct|right|true|official|final|expected) verdict\b|\bgold (?:label|answer|verdict)\s?(?:is|[:=])",
        r"\brubric(?:'s)? (?:authors?|owners?|designers?)\b|\bexperiment's owner\b",
        r"\balways (?:output|choose|pick|prefer|select|return) (?:(?-i:A|B|TIE)\b|the (?:first|second)(?: one| answer| response)?(?=[.!,;\n]|$))",
        rf"\b(?:treat|consider|regard) the (?:other|competing|second) (?:{_ANSWER}|one) as\b",
    ),
    "role play": (
        r"\balways (?:picks|chooses|prefers|selects|outputs|favou?rs) (?:the (?:first|second)\b|(?-i:A|B)\b)",
        r"\b(?:eval|judge|grader?|score|rank)[- ]?(?:bot|gpt)\b",
        rf"\b(?:pretend|imagine|assume|suppose) (?:that )?the (?:other|competing|second) {_ANSWER}\b",
        rf"\b(?:you are|you're|act as|as|behave like|play) (?:an? |the )(?:\w{{1,12}} ){{0,3}}{_JUDGE}\b[^\n]{{0,60}}?\b"
        rf"(?:{_CHOOSE}|prefers?|picks?|chooses?|loves?|favou?rs?) (?:this (?:one|{_ANSWER})|(?-i:A|B)\b|"
        rf"(?:short|long)(?:er)? {_ANSWER}s?|the (?:first|second)\b)",
        rf"\b(?:judge|grader|evaluator) who (?:\w{{1,12}} )?(?:loves|prefers|picks|favou?rs|chooses) "
        rf"(?:short|long|the first|the second|this)\w{{0,3}}\b[^\n]{{0,40}}\b(?:{_ANSWER}s?|one)\b",
        rf"\b{_JUDGE} (?:says|writes|concludes|replies|answers|without rules)\b\W{{0,3}}(?:(?-i:A|B)\b|$|[.,])",
        rf"\bdan,? (?:an? )?{_JUDGE}\b",
        rf"\b{_JUDGE} (?:that|which|who) (?:\w{{1,12}} )?(?:adores|loves|prefers|picks|favou?rs|rewards) [^.\n]{{0,30}}\b{_ANSWER}s?\b",
        rf"\b{_JUDGE}\b[^.\n]{{0,40}}\bfavou?rite (?:one )?is {_OWN}\b",
    ),
    "claim about the score": (
        r"\b(?:longest|shortest|this) (?:answer|response|reply) wins\b",
        rf"\b(?:choice|winner|verdict|decision) (?:is|must be|should be) (?:\w{{1,12}} ){{0,2}}{_OWN}\b",
        rf"\bthis is (?:clearly |by far )?the {_BETTER} {_ANSWER}\b",
        rf"\b(?:this|my) {_ANSWER} (?:is|was) (?:(?:clearly|by far|far|objectively|much|the) ){{0,2}}{_BETTER}\b",
        rf"\b(?:this|my) {_ANSWER} [^.\n]{{0,40}}\bas (?:the )?winner\b",
        rf"\b(?:this|my) {_ANSWER} (?:\w{{1,12}} )?(?:wins|won|scores|scored|deserves|earns|merits)\b",
        rf"\b(?:this|my) {_ANSWER} (?:is|was|has been|has already been) (?:rated|judged|graded)\b",
        rf"\b(?:other|competing|opposing|rival) {_ANSWER}s? (?:\w{{1,12}} ){{0,2}}{_WORSE}\b",
        rf"\b(?:answer|response|reply) (?-i:A|B) {_NO_QUIZ}(?:\w{{1,12}} ){{0,2}}"
        r"(?:is|wins|won|deserves|contains|fails|should|scores|was|has|beats)\b",
        rf"\b{_ANSWER} (?:a|b) {_NO_QUIZ}is (?:the |clearly |much |far ){{0,2}}(?:{_BETTER}|{_WORSE})\b",
        r"\b(?:highest|maximum|top|full|perfect) (?:possible )?(?:score|mark|rating)s? "
        rf"(?:\w{{1,12}} ){{0,4}}{_AXES}\b",
        r"\b(?:5|10|five|ten) ?(?:/|out of|of) ?(?:5|10|five|ten) (?:on|for|in|across) "
        r"(?:\w{1,12} ){0,2}(?:axis|axes|criteria|criterion|rubric|policy)\b",
        rf"\b(?:{_OWN}|this|it|i) [^.\n]{{0,40}}\b(?:5|10|five|ten) ?(?:/|out of|of) ?(?:5|10|five|ten) (?:on|for|in) {_AXES}\b",
        rf"\b{_OWN} (?:\w{{1,12}} ){{0,3}}(?:meets|satisfies|fulfils|fulfills|covers|reaches|earns) (?:\w{{1,12}} ){{0,4}}"
        r"(?:rubric|criteri\w{1,2}|level|axes|axis)\b",
        r"\brubric(?:'s)? (?:self[- ]?assessment|score|top level|level)|\b(?:a |as a )?level[- ](?:5|five) "
        rf"(?:{_ANSWER}|on|in all|in every)\b",
        rf"\b(?:{_ANSWER}|this|it)(?: that| which| clearly| really)? (?:deserves|merits|earns|warrants) (?:full|top|maximum|perfect|the (?:highest|top|maximum)) (?:marks?|scores?|points)\b",
        rf"\b(?:this|my) {_ANSWER} (?:[\w,]{{1,12}} ){{0,7}}better than the other\b",
        r"\b(?:answer|response|reply) (?-i:A) [^\n]{3,80}\b(?:answer|response|reply) (?-i:B)\b",
        rf"\b{_QUALITY}\s?[:=-]?\s?[1-5](?:\s?/\s?5)?\b\W{{1,4}}{_QUALITY}\s?[:=-]?\s?[1-5]\b",
        rf"\b(?:score|rating)\s?[:=]\s?(?:10|5)\s?/\s?(?:10|5)\b\W{{1,3}}(?:the )?(?:best|perfect|excellent|winning) {_ANSWER}\b",
        rf"\b(?:receives?|gets?|earns?|deserves?|given) (?:an? )?(?:5|five|10|ten|full marks) (?:on|in|for) (?:all|every|each) "
        rf"(?:the )?{_AXES}\b",
        rf"\b(?:other|competing|opposing|rival) (?:{_ANSWER}s?|one) (?!(?:you|i|we) )(?:\w{{1,12}} ){{0,5}}(?:{_WORSE}|harmful|plagiari[sz]ed|"
        r"disqualified|empty|invalid|fabricated|hallucinated|unsafe)\b",
        rf"\bthe (?:first|second) {_ANSWER} hallucinat\w{{1,3}}\b",
        rf"\b{_OWN} (?:is|was) (?:\w{{1,12}} ){{0,2}}(?:right|correct)\b[^.\n]{{0,30}}\b(?:other|competing)\b",
        rf"\b{_AXES}\s?[:=]\s?[1-5]\s?(?:/\s?5)?\s?(?:[,;\n.]|$)(?![^\0]{{0,80}}\byour\b)",
    ),
    "nonce": (
        r"(?:^|\n|[<\[(#=|*-] ?)(?=[0-9a-f]{0,15}[0-9])(?=[0-9a-f]{0,15}[a-f])[0-9a-f]{16}(?= ?(?:$|\n|[>\])#=|*-]))",
        r"\b(?:nonce|boundary|delimiter|marker|secret word)\b\W{1,4}(?:\w{1,10}\W{1,3})?"
        r"(?=[0-9a-f]{0,15}[0-9])[0-9a-f]{12,64}\b",
    ),
}
COMPILED = {family: tuple(map(gated, patterns)) for family, patterns in PATTERNS.items()}
