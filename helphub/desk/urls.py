from django.urls import path

from helphub.desk import editions, reviews

app_name = "desk"
urlpatterns = [
    path("editions/", editions.editions, name="editions"),
    path("editions/<int:number>/", editions.edition, name="edition"),
    path("editions/<int:number>/page/", editions.page_as_it_was, name="edition-page"),
    path("editions/<int:number>/words/", editions.words_of_page, name="edition-words"),
    path("editions/ask/", editions.ask, name="ask"),
    path("withdraw/<str:label>/<int:key>/", editions.withdraw, name="withdraw"),
    path("withdrawn/<int:key>/lift/", editions.lift, name="lift-withdrawal"),
    path("reviews/", reviews.reviews, name="reviews"),
    path("reviews/<int:key>/", reviews.review, name="review"),
    path("reviews/<int:key>/take-back/", reviews.take_back, name="take-back-review"),
    path("reviews/ask/<str:label>/<int:key>/", reviews.ask, name="ask-review"),
]
