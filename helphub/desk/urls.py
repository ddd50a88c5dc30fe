from django.urls import path

from helphub.desk import editions, history, numbers, preview, reviews, waiting

app_name = "desk"
urlpatterns = [
    path("waiting/", waiting.waiting, name="waiting"),
    path("waiting/<str:label>/<int:key>/", waiting.entry, name="waiting-entry"),
    path("preview/<str:token>/", preview.preview, name="preview"),
    path("preview/<str:token>/<str:language>/", preview.page, name="preview-page"),
    path("editions/", editions.editions, name="editions"),
    path("editions/<int:number>/", editions.edition, name="edition"),
    path("editions/<int:number>/page/", editions.page_as_it_was, name="edition-page"),
    path("editions/<int:number>/words/", editions.words_of_page, name="edition-words"),
    path("publications/", editions.publications, name="publications"),
    path("publications/<int:key>/", editions.publication, name="publication"),
    path("progress/", editions.progress, name="progress"),
    path("editions/ask/", editions.ask, name="ask"),
    path("history/<str:label>/<int:key>/", history.history, name="history"),
    path("history/<str:label>/<int:key>/compare/", history.compare, name="compare"),
    path("history/<str:label>/<int:key>/<int:version>/", history.restore, name="restore"),
    path("deleted/", history.deleted, name="deleted"),
    path("withdraw/<str:label>/<int:key>/", editions.withdraw, name="withdraw"),
    path("withdrawn/<int:key>/lift/", editions.lift, name="lift-withdrawal"),
    path("numbers/", numbers.proposals, name="proposals"),
    path("numbers/propose/<int:key>/", numbers.propose, name="propose"),
    path("numbers/<int:key>/", numbers.proposal, name="proposal"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<int:key>/", reviews.review, name="review"),
    path("reviews/<int:key>/take-back/", reviews.take_back, name="take-back-review"),
    path("reviews/ask/<str:label>/<int:key>/", reviews.ask, name="ask-review"),
]
