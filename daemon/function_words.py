"""The commonest words of each language: they say which language it is, and nothing else."""

_FUNCTION_WORDS = """\
en: the of and to in a is that for it was on with as by at from his her their they be this have
had not are but were which has who will said more would been he she we you its than about after
an or if when what there can could into

de: der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an
werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war
haben nur oder aber vor zur bis mehr durch man sein wurde

fr: de la le et les des en un du une que est pour qui dans par plus au sur ne se pas ce il sont
avec son cette mais ont aux été nous ses comme ou leur elle être fait deux sa même ces

es: de la que el en y a los del se las por un para con no una su al lo como más pero sus le ya
o este sí porque esta entre cuando muy sin sobre también hasta hay donde quien desde todo

pt: de a o que e do da em um para com não uma os no se na por mais as dos como mas foi ao ele
das tem à seu sua ou ser quando muito há nos já está também só pelo pela até isso ela

it: di che è e la il un a per in una non sono mi si ma le con i da come anche del della nel
alla più dei al delle gli ha lo su se dal questo nella dopo ci due hanno

nl: de van het een en in is dat op te zijn met voor niet die aan er om ook als maar dan bij
door naar uit over hij wordt nog heeft tot worden werd meer

sv: och att det i en på är som för av med den till inte har de ett om han var men sig från vi
så kan när under också efter vid eller hade nu

da: og at det i en på er som for af med den til ikke har de et om han var men sig fra vi så kan
når også efter ved eller havde nu blev mod skal

pl: w i na z do się nie to że jest o od po za jak przez a dla są tym ale oraz jego już był było
być też przed ma może które który

tr: ve bir bu da de için ile olarak daha çok en gibi kadar sonra olan ancak ise değil var her
göre oldu olduğu

id: yang dan di dengan untuk dari ini pada itu tidak dalam akan ke oleh juga telah adalah ada
bisa mereka kata

ru: и в не на что с по как это к из за от но для о его то все так был было также при после или
она они который

uk: і в не на що з та до як за від у для про його це й під при після або але який були є
"""


def _word_table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for paragraph in _FUNCTION_WORDS.split("\n\n"):
        language, _, words = paragraph.partition(":")
        for word in words.split():
            table[word] = (*table.get(word, ()), language)
    return table


LANGUAGES_OF = _word_table()
"""Word -> the languages in which it is common."""
