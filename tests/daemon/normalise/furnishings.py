"""Furniture in our own words, thirty kinds of it in six languages, and prose that looks alike."""

FURNITURE = {
    "a newsletter by name": """
        Open the Harbour Watch newsletter for free
        Unlock our Tide Briefing
        Newsletter abonnieren
        Newsletter: Der Hafen am Morgen
        Découvrez la lettre d'information du Port
        Suscríbete al boletín del puerto""",
    "a newsletter to sign up for": """
        Sign up for our daily briefing
        Subscribe to our newsletter
        Get the latest tide news in your inbox every morning
        Melden Sie sich für unseren Newsletter an
        Inscrivez-vous à notre newsletter quotidienne
        Recibe las noticias del puerto en tu correo
        Inscreva-se na newsletter do porto
        Iscriviti alla newsletter del porto""",
    "an account": """
        Log in
        Sign in to continue reading
        Already a subscriber? Sign in
        Jetzt kostenlos registrieren
        Bereits Abonnent?
        Déjà abonné ?
        Abonnez-vous pour lire la suite
        Inicia sesión para seguir leyendo
        Já é assinante?
        Sei già abbonato?""",
    "subscribers only": """
        This article is for subscribers only
        Dieser Artikel ist nur für unsere Abonnenten
        Article réservé aux abonnés
        Contenido exclusivo para suscriptores
        Conteúdo exclusivo para assinantes
        Contenuto riservato agli abbonati""",
    "cookies": """
        We use cookies to improve your visit.
        This site uses cookies.
        Accept all cookies
        Wir verwenden Cookies, um unser Angebot zu verbessern.
        Nous utilisons des cookies pour améliorer votre visite
        Utilizamos cookies para mejorar su visita
        Questo sito utilizza cookie tecnici
        Aceitar todos os cookies""",
    "terms": """
        By signing up you agree to our terms and privacy policy.
        Mit der Anmeldung akzeptieren Sie unsere Datenschutzerklärung.
        En vous inscrivant, vous acceptez nos conditions générales
        Al suscribirte aceptas nuestra política de privacidad
        Ao se cadastrar, você aceita nossos termos de uso
        Iscrivendoti accetti la nostra informativa sulla privacy""",
    "go on reading": """
        Continue reading
        Continue reading the main story
        Keep reading below
        Weiterlesen …
        Lire la suite
        Sigue leyendo
        Continue lendo
        Continua a leggere""",
    "read more": """
        Read more
        » Read more »
        [Read more…]
        Read the full story on Harbour Gazette
        Click here to read the whole report
        Mehr dazu
        Mehr lesen
        Leer más
        Leia mais
        Leggi tutto""",
    "a pointer to another article": """
        Read more: New boat for the bay
        Also read: Ten tides to watch
        Related: Why the pier sank
        Lesen Sie auch: Neues Schiff für die Bucht
        Lire aussi : Un nouveau bateau pour la baie
        Lea también: Un nuevo barco para la bahía
        Leia também: Um novo barco para a baía
        Leggi anche: Una nuova barca per la baia""",
    "lists of others": """
        Related articles
        Recommended for you
        You may also like
        Most read
        Das könnte Sie auch interessieren
        Articles liés
        Te puede interesar
        Notícias relacionadas
        Articoli correlati""",
    "an advertisement": """
        Advertisement
        ADVERTISEMENT
        - Anzeige -
        Publicité
        Publicidad
        Publicidade
        Pubblicità""",
    "sponsored": """
        Sponsored content
        Presented by Harbour Bank
        Gesponsert
        Contenu sponsorisé
        Contenido patrocinado
        Conteúdo patrocinado
        Contenuto sponsorizzato""",
    "goes on below": """
        Story continues below advertisement
        Article continues below
        Nach der Anzeige geht es weiter
        La suite après la publicité
        El artículo continúa después de la publicidad
        Continua após a publicidade
        L'articolo continua dopo la pubblicità""",
    "follow us": """
        Follow us on Instagram
        Follow the Gazette on Facebook and Twitter
        Folgen Sie uns auf Facebook
        Suivez-nous sur Instagram
        Síguenos en Twitter
        Siga-nos no Instagram
        Seguici su Facebook""",
    "a channel": """
        Join us on WhatsApp
        Join our channel on Telegram
        Retrouvez-nous sur WhatsApp
        Únete a nuestro canal de WhatsApp
        Participe do nosso canal no Telegram
        Unisciti al nostro canale WhatsApp""",
    "sharing": """
        Share
        Share this article
        Share on Facebook Tweet Email Print
        Print | Email | Share
        This audio is auto-generated. Tell us what you think of it.
        Our standards: how the Gazette reports.
        Share on Facebook
        Artikel teilen
        Partager cet article
        Compartir en Facebook
        Compartilhe esta notícia
        Condividi su WhatsApp""",
    "printing": """
        Print
        Print this article
        Email this story
        Artikel drucken
        Imprimer l'article
        Imprimir
        Salvar artigo
        Stampa""",
    "comments": """
        Leave a comment
        View comments
        12 Comments
        Comments (3)
        Kommentare lesen
        Laissez un commentaire
        Deja un comentario
        Deixe um comentário
        Lascia un commento""",
    "the discussion": """
        Join the conversation
        Have your say
        What do you think? Tell us below
        Diskutieren Sie mit
        Donnez votre avis
        Únete a la conversación
        Participe da conversa
        Partecipa alla discussione""",
    "appeared first": """
        The post Ferry sails appeared first on Gazette.
        Der Beitrag Fähre fährt wieder erschien zuerst auf Hafenblatt.
        L'article Le ferry repart est apparu en premier sur Le Port.
        La entrada El ferry zarpa se publicó primero en El Puerto.
        O post A balsa volta apareceu primeiro em O Porto.
        L'articolo Il traghetto riparte proviene da Il Porto.""",
    "published before": """
        This article was originally published by The Harbour Review.
        This story was first published on 3 March.
        Dieser Text wurde zuerst im Hafenblatt veröffentlicht.
        Cet article a été initialement publié dans Le Port
        Este artículo fue publicado originalmente en El Puerto
        Este artigo foi publicado originalmente em O Porto
        Questo articolo è stato pubblicato originariamente su Il Porto""",
    "copyright": """
        © 2025 Harbour Media Ltd.
        Copyright 2025 Harbour Media
        All rights reserved.
        Alle Rechte vorbehalten
        Tous droits réservés
        Todos los derechos reservados
        Todos os direitos reservados
        Tutti i diritti riservati""",
    "no copies": """
        This material may not be published, broadcast or rewritten.
        Nachdruck nur mit Genehmigung
        Reproduction interdite
        Prohibida la reproducción total o parcial
        Reprodução proibida sem autorização
        Riproduzione riservata""",
    "agencies": """
        Source: Reuters
        With reporting by Ann Lee in Port Isaac
        Reporting by Ann Lee; Editing by Bob Ray
        (With inputs from agencies)
        Mit Material von dpa
        Quelle: dpa/AFP
        Avec AFP
        Con información de EFE
        Com informações da Agência Lusa
        Fonte: ANSA""",
    "pictures": """
        Photo: Ann Lee/Harbour News
        Image credit: Ann Lee
        Foto: Anna Meyer/Hafenblatt
        Symbolbild: Hafen
        Crédit photo : Anne Le Gall
        Foto de archivo: Ana Pérez
        Foto: Ana Souza/O Porto
        Foto di copertina: Anna Bianchi""",
    "an app": """
        Download our app
        Get the Harbour app for tide alerts
        Jetzt die Hafen-App herunterladen
        Téléchargez notre application
        Descarga nuestra app
        Baixe o nosso aplicativo
        Scarica la nostra app""",
    "a podcast": """
        Listen to our podcast
        Listen to this article
        Podcast abonnieren
        Hören Sie unseren Podcast
        Écoutez notre podcast
        Escucha nuestro podcast
        Ouça o nosso podcast
        Ascolta il podcast""",
    "a video": """
        Watch the video
        Video: The ferry leaves
        See more photos
        Im Video ansehen
        Regardez la vidéo
        Mira el vídeo
        Assista ao vídeo
        Guarda il video""",
    "updated": """
        Updated 14:32
        Last updated: 17 October 2025
        Published 5 hours ago
        Stand: 17.10.2025
        Aktualisiert am 17. Oktober 2025
        Publié le 17 octobre 2025
        Actualizado el 17 de octubre de 2025
        Atualizado em 17/10/2025
        Aggiornato il 17 ottobre 2025""",
    "reading time": """
        3 min read
        5 minute read
        Reading time: 4 minutes
        Lesezeit: 3 Minuten
        Temps de lecture : 3 min
        Tiempo de lectura: 3 min
        Tempo de leitura: 3 min
        Tempo di lettura: 3 min""",
    "support": """
        Support independent journalism
        Make a donation
        Become a member today
        Unterstützen Sie unsere Arbeit
        Soutenez notre rédaction
        Apoya nuestro trabajo
        Apoie o jornalismo
        Sostieni il nostro lavoro""",
    "tell us": """
        Do you have a story? Email us at desk@gazette.example
        Report a typo
        Fehler gefunden?
        Signaler une erreur
        Reportar un error
        Comunicar erro
        Segnala un errore""",
    "around": """
        Back to top
        Tags: ferries, harbour
        Filed under: News
        Zurück zur Startseite
        Retour à l'accueil
        Volver al inicio
        Voltar ao topo
        Torna alla home
        ...
        * * *""",
}

PROSE = """
Your guide to the election is out on Friday.
Open the gates, the harbour master told his crew, and the water came in.
Unlocking the harbour newsletter archive took historians ten years.
Read more books, the minister told pupils.
Read on and off for years, the diary tells of storms.
Subscribers to the fund lost two million on Friday.
Subscribe to that view, and you will like the mayor's plan.
Sign language classes begin in May.
Sign up or leave, the coach told his players on Monday.
Get alerts out sooner, report tells coastguard.
Log books from the wreck were found in an attic.
Register offices will close for a week.
Already the subscribers of the theatre had left.
This article of the treaty is for the courts to read.
Premium prices drove tenants out of the quarter.
We use cookies as a treat, said the baker, and never bread.
The bakery uses cookies from the village next door.
Cookies sold out within the hour.
By signing the treaty, both sides hope to end the war.
By continuing the strike, the crew risks its pay.
Continue with the work, the judge told the builders.
Keep reading books aloud to them, doctors say, and they will sleep.
Full stories were told in the pub that night.
Click here, said the teacher, and the children clicked.
Related families lived on both shores of the bay.
Recommended doses were halved after the trial.
More ferries will sail from June, the company said.
More from the same was what voters wanted, he said.
You may also be fined if you park there, the council warns.
Most readers of the paper live on the island.
Top officials met in the town hall.
Latest figures show that catches fell by a third.
Ads for tobacco will be banned from buses next year.
Advertisement spending fell by a tenth.
Sponsored by nobody, the team walked to the pole.
Promoted to captain at thirty, she sailed for forty years.
Paid by the hour, they worked until dark.
The story continues to divide the town.
Scroll through the archive and you will find her name.
Follow the river north and you come to the old mill.
Follow the Money on Broadway drew few critics.
Like many on Twitter, Smith was surprised by the vote.
Like others on social media, she had seen the video.
Join the army, the poster said, and see the world.
Find the leak, the engineer told her team.
Share prices fell in early trading.
Share this burden, the minister tells the states.
Email and print shops lost half of their trade in a year.
This audio is the only recording of the speech.
Our standards fell in the war, the general said, and so did we.
The company said it would share this year's profit with staff.
Print runs were cut by half.
Print media lost readers for the tenth year.
Saved by a passing trawler, the crew thanked its captain.
Comments by the mayor drew laughter.
Leave the island, residents were told.
Join the dots and the picture is grim.
What do you say to a widow, the priest asked.
12 people were hurt when the ferry hit the pier.
12 comments from a minister are not a policy.
The post office on the pier will close.
The report on the ferries was published on Monday.
The article says that ships may pass in peace.
The story was told for centuries.
Originally a chapel, the house is now a pub.
First published novels rarely sell, the prize jury noted.
Copyright law will change next year, the minister said.
All rights of way across the dunes stay open.
No part of the harbour was spared.
This material is stronger than steel.
Reproduction in captivity has failed so far.
Source of the smell was a tank of old bait.
Sources close to the mayor said she would resign.
With reporting of cases ending, nobody knows the number.
With material from the old bridge, the town built a school.
Reporting for duty, she found the gates locked.
Edited by his widow, the letters appear in May.
Reuters moved its office to the harbour.
Photos by residents show how high the water stood.
Photo albums floated in the street.
Images of the wreck were seen around the world.
Image rights cost the club a fortune.
Download speeds on the island doubled.
Get the app or get out, tenants were told.
Available on foot only, the beach is empty in May.
Listen to the sea, the old man said.
Listen to the podcast generation, he urged his party.
Podcast listeners are younger than readers.
Watch your step on the pier, the sign says.
Watch sales rose for the first time in years.
Video evidence cleared the driver.
Live music returns to the bandstand.
Updated rules for fishing take effect in May.
Published novelists rarely live from their books.
Last updated in 1950, the map shows a village that is gone.
3 minutes later the siren fell silent.
5 min was all she needed to win.
Reading takes time, the teacher said.
Support for the mayor fell to a third.
Support the weak, the bishop told the council.
Help is on its way, the coastguard said.
Become what you are, the poet wrote.
Make a list, the doctor told her.
Do you have the courage, he asked the crowd.
Report of a shark closed the beach.
Back to the drawing board, said the architect.
Back in port, the crew went to sleep.
Tags on the crates led police to the depot.
Filed charges were dropped within a week.
Posted in the harbour since May, the guards had seen nothing.
Skip the queue, said the clerk, and he did.
Newsletter und Flugblatt waren damals das Gleiche.
Der Newsletter der Stadt erreicht bald jeden Haushalt.
Melden Sie sich nicht, sagte der Lehrer.
Jetzt steht der Hafen leer.
Jetzt wird der Newsletter eingestellt, teilte die Stadt mit.
Bereits Kunden von einst hatten das gesagt.
Dieser Artikel ist nicht mehr im Handel.
Wir nutzen die Zeit, sagte der Bürgermeister.
Alle Rechte der Mieter bleiben bestehen.
Mit der Anmeldung der Demonstration begann der Streit.
Weiter geht es am Montag vor Gericht.
Mehr Polizisten sollen kommen, sagte der Minister.
Mehr dazu wollte der Sprecher nicht sagen.
Hier mehr Geld, dort weniger: So geht das seit Jahren.
Lesen Sie den Vertrag, riet der Anwalt.
Auch die Fähre blieb im Hafen.
Das könnte teuer werden, warnt die Kammer.
Weitere Beiträge zahlt der Bund.
Werbung der Partei wurde abgerissen.
Werbung für Tabak wird verboten.
Anzeige gegen unbekannt wurde erstattet.
Nach der Anzeige ermittelt die Polizei.
Der Artikel wird im Mai neu gefasst.
Folgen Sie dem Fluss nach Norden.
Teilen will die Stadt das Grundstück nicht.
Artikel zwei des Vertrags wurde gestrichen.
Drucken ließ er das Buch in Leipzig.
Kommentare gab es am Montag keine.
Diskutieren wollte die Ministerin nicht.
Der Beitrag ist erstmals seit Jahren gesunken.
Der Text wurde auf Wunsch der Familie gekürzt.
Nachdruck verlieh er seinen Worten mit der Faust.
Quelle des Gestanks war ein alter Tank.
Mit Material aus der alten Brücke baute man die Schule.
Bilder der Flut gingen um die Welt.
Foto und Film waren seine Leidenschaft.
Podcast statt Predigt: Die Kirche geht neue Wege.
Stand heute sinken die Preise.
Unterstützen Sie ihn nicht, warnte die Polizei.
Fehler im Vertrag kosten die Stadt Millionen.
Zurück blieb ein leerer Hafen.
Themen gab es genug.
Découvrez ce village que personne ne connaît.
Recevez ma lettre, lui dit-il, et lisez-la.
Déjà en mai, le port était vide.
Nous utilisons des filets plus fins, dit le pêcheur.
Tout a brûlé en une heure.
Lire à voix haute apaise les enfants, disent les médecins.
Lire un livre par mois suffit, dit-elle.
Voir le port vide lui fait mal.
Articles de loi et décrets seront publiés lundi.
Annonce faite à la mairie lundi soir.
Publicité du tabac interdite dès juin, dit le ministre.
La suite du procès est prévue lundi.
Suivez la rivière vers le nord.
Partager la maison ne lui plaisait pas.
Commenter le vote, la maire ne l'a pas voulu.
Reproduction en captivité, un échec jusqu'ici.
L'article deux du traité a été supprimé.
Avec le vent du nord, la pêche est finie.
Source du fleuve, le lac est à sec.
Photo en main, elle cherchait son frère.
Écoutez la mer, disait le vieil homme.
Publié en mai, son roman a plu.
Temps de pluie sur le port pour dix jours.
Soutenez-moi, dit la candidate aux pêcheurs.
Retour au port pour les vingt marins.
Recibe la ministra un correo anónimo.
Accede el juez a oír al testigo.
Ya es de noche en el puerto.
Leer en voz alta calma a los niños.
Ver el puerto vacío le duele.
Más barcos zarparán en junio.
Noticias del frente llegaban tarde.
Publicidad y prensa viven horas bajas.
Síguenos el juego, le dijo, y verás.
Comparte piso con dos marineros.
Deja el puerto tras treinta años.
Comentarios del alcalde causaron risa.
Fuente de agua y de vida, el río se seca.
Foto y vídeo prueban el choque.
Con información falsa engañó a cien vecinos.
Actualizado el censo, faltan dos mil votantes.
Descarga de pescado en el muelle, como cada día.
Escucha el mar, decía el viejo.
Apoya el alcalde la huelga.
Volver al mar era su sueño.
Temas no faltan, dijo la alcaldesa.
Receba quem vier, disse o padre.
Leia a carta, pediu o juiz.
Continua a greve no porto.
Continua em greve o porto, após dez dias.
Saiba o leitor que nada mudou.
Mais barcos partirão em junho.
Siga o rio para o norte.
Deixe o porto, disseram aos moradores.
O artigo dois do tratado foi cortado.
Com o vento norte, a pesca acabou.
Fonte de vida, o rio seca.
Foto e vídeo provam o choque.
Baixe a voz, pediu o juiz.
Ouça o mar, dizia o velho.
Apoie-se na mesa, disse o médico.
Voltar ao mar era o seu sonho.
Leggi severe non servono, dice il giudice.
Leggi anche severe non bastano, dice il giudice.
Continua lo sciopero nel porto.
Guarda il mare da trent'anni.
Notizie dal fronte arrivavano tardi.
Pubblicità del tabacco vietata da giugno.
Condividi la barca, gli disse, o va' via.
Commenti del sindaco fanno ridere.
L'articolo due del trattato è stato tolto.
Fonte di vita, il fiume si secca.
Foto e video provano lo scontro.
Scarica di fulmini sul porto, due feriti.
Ascolta il mare, diceva il vecchio.
Sostieni la tua tesi, disse il giudice.
Torna al mare dopo dieci anni.
Stampa e tribunale litigano da mesi.
"""

LINES = [(kind, line.strip()) for kind, lines in FURNITURE.items() for line in lines.split("\n")]
LINES = [(kind, line) for kind, line in LINES if line]
PROSE_LINES = PROSE.strip().split("\n")
