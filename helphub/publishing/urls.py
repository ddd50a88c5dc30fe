from django.urls import path

from helphub.publishing import coming, editions, later, preview, waiting

app_name = "publishing"
urlpatterns = [
    path("waiting/", waiting.waiting, name="waiting"),
    path("waiting/<str:label>/<int:key>/", waiting.entry, name="waiting-entry"),
    path("coming/", coming.coming, name="coming"),
    path("coming/<int:key>/", later.change, name="later"),
    path("preview/<str:token>/", preview.preview, name="preview"),
    path("preview/<str:token>/<str:language>/", preview.page, name="preview-page"),
    path("editions/", editions.editions, name="editions"),
    path("editions/<int:number>/", editions.edition, name="edition"),
    path("editions/<int:number>/page/", editions.page_as_it_was, name="edition-page"),
    path("editions/<int:number>/words/", editions.words_of_page, name="edition-words"),
    path("editions/ask/", editions.ask, name="ask"),
    path("publications/", editions.publications, name="publications"),
    path("publications/<int:key>/", editions.publication, name="publication"),
    path("progress/", editions.progress, name="progress"),
    path("withdraw/<str:label>/<int:key>/", editions.withdraw, name="withdraw"),
    path("withdrawn/<int:key>/lift/", editions.lift, name="lift-withdrawal"),
]
