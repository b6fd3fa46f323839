"""The vendors' own error words and sentences, as data. A new vendor's words go here and nowhere else.

Words are the values of type, code, status and reason keys and of `x-amzn-errortype`, in lower case. `SPECIFIC` wins
over the sentences of `sentences.py`, and those over `GENERIC`, whose words say only what kind of error it is.
"""

from collections.abc import Mapping
from typing import Final

from probes.fingerprints import verdicts as v
from probes.fingerprints.verdicts import Verdict


def _table(rows: Mapping[Verdict, str]) -> Mapping[str, Verdict]:
    return {word: verdict for verdict, words in rows.items() for word in words.split()}


SPECIFIC: Final = _table(
    {
        v.CAPACITY: """
            overloaded_error overloaded engine_overloaded server_overloaded server_is_overloaded slow_down
            model_overloaded capacity_exceeded no_capacity nocapacity over_capacity flex_capacity_exceeded
            insufficient_capacity serverbusy serviceunavailableexception modelnotreadyexception
            unavailable_error engine_overloaded_error service_unavailable service_unavailable_error
            serviceunavailable unavailable capacity_temporarily_exceeded provider_overloaded
            system_busy queue_exceeded service_tier_capacity_exceeded
        """,
        v.APP_TIMEOUT: """
            timeout_error modeltimeoutexception deadline_exceeded request_timeout inference_timeout
        """,
        v.BACKEND: """
            modelerrorexception modelstreamerrorexception internalserverexception internalservererror
        """,
        v.BILLING: """
            billing_error insufficient_quota billing_not_active billing_hard_limit_reached account_deactivated
            budget_exceeded insufficient_balance insufficient_credits insufficient_credit payment_required
            paymentrequired credit_limit billing_disabled consumer_suspended project_suspended arrearage
            access_terminated exceeded_current_quota_error insufficient_funds no_credits out_of_credits
            spend_limit_reached enforced_spend_limit_reached account_suspended insufficientquota
            credit_balance_exhausted credit_balance_too_low hard_limit_reached monthly_limit_exceeded
            prepaid_credits_depleted budget_limit_exceeded
        """,
        v.KEY: """
            invalid_api_key api_key_invalid api_key_expired api_key_service_blocked access_token_expired
            access_token_type_unsupported expiredtokenexception expiredtoken invalidsignatureexception
            signaturedoesnotmatch incompletesignatureexception unrecognizedclientexception invalidclienttokenid
            incorrect_api_key invalid_token token_expired revoked_api_key key_revoked expired_api_key
            invalid_authentication_error invalid_apikey apikey_invalid mismatched_organization ip_not_authorized
            invalidapikey invalid_auth auth_error token_not_found_in_db expired_key wrong_api_key invalid_iam_token
            account_state_invalid incompletesignature notauthorized requestexpired api_key_disabled key_disabled
            invalid_credentials token_revoked token_invalid login_expired
        """,
        v.NEEDS_AUTH: """
            credentials_missing missingauthenticationtokenexception missing_api_key no_api_key
            unauthenticated:no-credentials
        """,
        v.RIGHTS: """
            accessdeniedexception service_disabled iam_permission_denied api_key_http_referrer_blocked
            api_key_ip_address_blocked ftuformnotfilled optinrequired authenticationtypedisabled badscpexception
            not_authorized_for_model model_access_denied consumer_invalid
        """,
        v.REGION: """
            unsupported_country_region_territory unsupported_region location_not_supported
            user_location_not_supported
        """,
        v.QUOTA: """
            rate_limit_exceeded throttlingexception servicequotaexceededexception toomanyrequestsexception
            rate_limited quota_exceeded rate_limit_reached_error too_many_requests toomanyrequests
            rate_limit_exceeded_error requests_limit_reached
            too_many_concurrent_requests throttling throttling.ratequota throttling.allocationquota
        """,
        v.REQUEST: """
            context_length_exceeded model_not_found deploymentnotfound content_filter content_policy_violation
            request_too_large validationexception resourcenotfoundexception responsibleaipolicyviolation
            unknown_model invalid_model string_above_max_length operationnotsupported model_decommissioned
            tool_use_failed json_validate_failed model_not_supported unsupported_value invalid_value
            missing_required_parameter unknown_parameter unsupported_parameter invalid_model_error
            not_found_error max_tokens_exceeded token_limit_exceeded string_too_long invalid_prompt_error
            invalid_image image_too_large content_blocked safety_error prompt_blocked refusal moderation_error
            provider_unsupported endpoint_not_found invalidaction missingaction malformedquerystring
        """,
    }
)

GENERIC: Final = _table(
    {
        v.BACKEND: """
            api_error server_error internal_server_error internal_error internal data_loss unknown_error
            internalerror internalfailure internal_failure internal-server-error
            provider_error provider_unavailable provider_failure
        """,
        v.SOME_GATEWAY: """
            bad_response_status_code upstream_error proxy_error do_request_failed
        """,
        v.QUOTA: """
            rate_limit_error resource_exhausted tokens requests rate_limit ratelimiterror ratelimitexceeded
            rate_limit_exceeded_message
        """,
        v.PLAN: """
            permission_error permission_denied_error permission_denied forbidden permissiondenied
            permissiondeniederror insufficient_permissions
        """,
        v.NEEDS_AUTH: """
            authentication_error unauthenticated authenticationerror invalid_authentication unauthorized auth
            authentication_failed
        """,
        v.REQUEST: """
            invalid_request_error invalid_argument not_found conflict_error failed_precondition out_of_range
            unimplemented already_exists badrequesterror bad_request badrequest notfounderror notfound
            validation_error unprocessable_entity unprocessableentityerror invalid_request invalidrequest
            invalid_prompt bad_request_error aborted cancelled method_not_allowed
        """,
    }
)
