from django.shortcuts import render
from django.views.decorators.http import require_safe

from contacts.models import Phone
from strategy.models import ContactLine


@require_safe
def phone_list(request):
    context = {
        "phones": Phone.objects.for_listing(),
        "contact_lines": ContactLine.objects.for_page().select_related("phone"),
    }
    return render(request, "contacts/phone_list.html", context)
